"""Indexes for unreported incidents and ignored warnings, so that no query reads all broken connections."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

UNTOLD = "ix_connections_untold"
POINTING = ("letter_id", "deputy_letter_id")


def upgrade():
    op.drop_index(UNTOLD, "connections")
    op.create_index(
        UNTOLD, "connections", ["status", "status_since", "provider"], postgresql_where=sa.text("untold")
    )
    op.create_index(
        "ix_warnings_without_deputy", "warnings", ["letter_id"],
        postgresql_where=sa.text("deputy_letter_id is null"),
    )
    for column in POINTING:
        op.drop_index(f"ix_warnings_{column}", "warnings")
        op.create_index(f"ix_warnings_{column}", "warnings", [column, "id"])
    op.create_index(
        "ix_letters_warnings", "letters", ["sent_at"],
        postgresql_where=sa.text("kind = 'warning' and recipient <> ''"),
    )


def downgrade():
    op.drop_index("ix_letters_warnings", "letters")
    for column in POINTING:
        op.drop_index(f"ix_warnings_{column}", "warnings")
        op.create_index(f"ix_warnings_{column}", "warnings", [column])
    op.drop_index("ix_warnings_without_deputy", "warnings")
    op.drop_index(UNTOLD, "connections")
    op.create_index(UNTOLD, "connections", ["status_since", "id"], postgresql_where=sa.text("untold"))
