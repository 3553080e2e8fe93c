"""Whether an authorization's company had been read, and was the expected one, when something else stopped it."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "authorizations",
        sa.Column("right_company", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade():
    op.drop_column("authorizations", "right_company")
