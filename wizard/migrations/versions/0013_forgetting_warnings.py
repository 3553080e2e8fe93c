"""Index warnings by time, and letters with receipts separately."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

INDEX = "ix_letters_forget"
DONE = "status <> 'waiting' and recipient <> ''"


def upgrade():
    op.create_index("ix_warnings_since", "warnings", ["since"])
    op.create_index(
        "ix_letters_forget_receipts",
        "letters",
        ["consent_id"],
        postgresql_where=sa.text("kind = 'receipt' and recipient <> ''"),
    )
    op.drop_index(INDEX, "letters")
    others = sa.text(f"{DONE} and kind <> 'receipt'")
    op.create_index(INDEX, "letters", ["due_at"], postgresql_where=others)


def downgrade():
    op.drop_index(INDEX, "letters")
    op.create_index(INDEX, "letters", ["due_at"], postgresql_where=sa.text(DONE))
    op.drop_index("ix_letters_forget_receipts", "letters")
    op.drop_index("ix_warnings_since", "warnings")
