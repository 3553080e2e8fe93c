"""Index opened documents and other events of a company separately."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

BOTH = "ix_events_company_id"
OPENED, OTHER = "ix_events_opened", "ix_events_history"


def upgrade():
    columns = ["company_id", "id"]
    opened, other = sa.text("kind = 'document_opened'"), sa.text("kind <> 'document_opened'")
    op.create_index(OPENED, "events", columns, postgresql_where=opened)
    op.create_index(OTHER, "events", columns, postgresql_where=other)
    op.drop_index(BOTH, "events")


def downgrade():
    op.create_index(BOTH, "events", ["company_id", "id"])
    op.drop_index(OTHER, "events")
    op.drop_index(OPENED, "events")
