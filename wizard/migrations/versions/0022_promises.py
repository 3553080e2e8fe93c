"""Create promises: whom to mail when an attempt that waits has ended."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "promises",
        sa.Column("authorization_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorizations.id"],
            name="fk_promises_authorization_id", ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_promises_letter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.UniqueConstraint("authorization_id", name="uq_promises_authorization_id"),
    )
    op.create_index(
        "ix_promises_open", "promises", ["id"], postgresql_where=sa.text("told_at is null")
    )
    op.create_index("ix_promises_letter_id", "promises", ["letter_id"])


def downgrade():
    op.drop_table("promises")
