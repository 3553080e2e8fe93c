"""Index authorizations whose wrongly chosen company is to be deleted."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_authorizations_chosen",
        "authorizations",
        ["ended_at"],
        postgresql_where=sa.text("chosen_company is not null"),
    )


def downgrade():
    op.drop_index("ix_authorizations_chosen", table_name="authorizations")
