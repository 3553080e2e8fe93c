"""Create kept_forms: what somebody had written when her session ended, until she is back."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None
serves = "0026"


def upgrade():
    op.create_table(
        "kept_forms",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_kept_forms_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_forms"),
        sa.UniqueConstraint("token_hash", name="uq_kept_forms_token_hash"),
    )
    op.create_index("ix_kept_forms_user_id", "kept_forms", ["user_id"])
    op.create_index("ix_kept_forms_kept_at", "kept_forms", ["kept_at"])


def downgrade():
    op.drop_table("kept_forms")
