"""Create presses: what came of a form, so that the same form sent again makes nothing more."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "presses",
        sa.Column("form_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_presses"),
        sa.UniqueConstraint("form_hash", name="uq_presses_form_hash"),
    )
    op.create_index("ix_presses_claimed_at", "presses", ["claimed_at"])


def downgrade():
    op.drop_table("presses")
