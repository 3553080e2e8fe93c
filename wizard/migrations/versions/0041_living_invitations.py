"""List the companies that have a living invitation, by name."""

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None
serves = "0026"


def upgrade():
    op.create_index(
        "ix_standings_invited",
        "standings",
        ["sort_key", "company_id"],
        postgresql_where=sa.text("invitation_status in ('created', 'sent', 'started')"),
    )


def downgrade():
    op.drop_index("ix_standings_invited", "standings")
