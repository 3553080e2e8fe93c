"""Note what a firm answers, once a year, about each client: whether it still needs to read."""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None
serves = "0026"  # old code asks no such question


def upgrade():
    for column in ("kept_at", "to_end_at", "ending_asked_at"):
        op.add_column("connections", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("ending_asked_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_connections_ending_asked_by_id_users",
        "connections",
        "users",
        ["ending_asked_by_id"],
        ["id"],
    )
    op.create_index(
        "ix_connections_ending_asked",
        "connections",
        ["ending_asked_at"],
        postgresql_where=sa.text("status <> 'disconnected' and ending_asked_at is not null"),
    )


def downgrade():
    op.drop_index("ix_connections_ending_asked", "connections")
    op.drop_constraint("fk_connections_ending_asked_by_id_users", "connections")
    for column in ("ending_asked_by_id", "ending_asked_at", "to_end_at", "kept_at"):
        op.drop_column("connections", column)
