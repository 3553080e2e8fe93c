"""Mark connections whose incident has not been reported, so that the sweep reads only those."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

INDEX = "ix_connections_untold"


def upgrade():
    op.add_column("connections", sa.Column("untold", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "update connections set untold = true"
        " where status in ('renewal_needed', 'disturbed')"
        " and coalesce(cause, '') <> 'our_configuration'"
        " and not exists (select from warnings where warnings.connection_id = connections.id"
        " and warnings.since = connections.status_since"
        " and warnings.cause = coalesce(connections.cause, ''))"
    )
    op.alter_column("connections", "untold", server_default=None)
    op.create_index(INDEX, "connections", ["status_since", "id"], postgresql_where=sa.text("untold"))


def downgrade():
    op.drop_index(INDEX, "connections")
    op.drop_column("connections", "untold")
