"""Index the words of names and addresses, by the beginnings of which support finds people and companies."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None
serves = "0026"  # indexes only

COLUMNS = (
    ("companies", "name"),
    ("contacts", "name"),
    ("contacts", "email"),
    ("connections", "approver_name"),
    ("connections", "approver_email"),
)


def upgrade():
    for table, column in COLUMNS:
        apart = f"translate({column}, './-&+@_', '       ')"
        op.create_index(
            f"ix_{table}_{column}_words",
            table,
            [sa.text(f"to_tsvector('simple'::regconfig, {apart})")],
            postgresql_using="gin",
        )


def downgrade():
    for table, column in reversed(COLUMNS):
        op.drop_index(f"ix_{table}_{column}_words", table)
