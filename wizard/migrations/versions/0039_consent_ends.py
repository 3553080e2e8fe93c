"""Let a consent have a last day: asked for, seen, approved, and in force."""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None
serves = "0026"  # old code sets no last day, and the new code ends nothing without one

COLUMNS = (
    ("invitations", "consent_ends_on"),
    ("authorizations", "consent_ends_on"),
    ("consents", "ends_on"),
    ("connections", "consent_ends_on"),
    ("connections", "end_told_for"),
)


def upgrade():
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Date(), nullable=True))
    op.create_index(
        "ix_connections_consent_ends_on",
        "connections",
        ["consent_ends_on"],
        postgresql_where=sa.text("status <> 'disconnected' and consent_ends_on is not null"),
    )


def downgrade():
    op.drop_index("ix_connections_consent_ends_on", "connections")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
