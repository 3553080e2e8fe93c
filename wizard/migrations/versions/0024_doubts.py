"""Add doubts: a refusal of a living connection or grant, until a second reading confirms it."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

DOUBTED = sa.text("doubted_at is not null")
OPEN = sa.text("ended_at is null")


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.add_column("connections", sa.Column("doubted_at", moment, nullable=True))
    op.add_column("connections", sa.Column("doubted_cause", sa.String(), nullable=True))
    op.add_column("grants", sa.Column("doubted_at", moment, nullable=True))
    op.add_column("grants", sa.Column("refused_at", moment, nullable=True))
    for table in ("connections", "grants"):
        op.create_index(
            f"ix_{table}_doubted", table, ["provider", "doubted_at"], postgresql_where=DOUBTED
        )
    op.add_column(
        "outages", sa.Column("kind", sa.String(32), nullable=False, server_default="silent")
    )
    op.alter_column("outages", "kind", server_default=None)
    op.drop_index("uq_outages_open_provider", "outages")
    op.create_index(
        "uq_outages_open_provider", "outages", ["provider", "kind"], unique=True,
        postgresql_where=OPEN,
    )


def downgrade():
    op.drop_index("uq_outages_open_provider", "outages")
    op.execute("delete from outages where kind = 'refused'")
    op.create_index(
        "uq_outages_open_provider", "outages", ["provider"], unique=True, postgresql_where=OPEN
    )
    op.drop_column("outages", "kind")
    for table in ("grants", "connections"):
        op.drop_index(f"ix_{table}_doubted", table)
    op.drop_column("grants", "refused_at")
    op.drop_column("grants", "doubted_at")
    op.drop_column("connections", "doubted_cause")
    op.drop_column("connections", "doubted_at")
