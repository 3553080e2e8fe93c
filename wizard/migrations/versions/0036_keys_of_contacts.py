"""Give contacts keys of their own, and let letters to one contact go as one mail."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None
serves = "0026"  # without them each letter goes by itself, with its own link


def upgrade():
    op.create_table(
        "contact_keys",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name="fk_contact_keys_contact_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_keys"),
        sa.UniqueConstraint("public_id", name="uq_contact_keys_public_id"),
        sa.UniqueConstraint("secret_hash", name="uq_contact_keys_secret_hash"),
    )
    op.create_index("ix_contact_keys_contact_id", "contact_keys", ["contact_id"])
    op.create_index("ix_contact_keys_expires_at", "contact_keys", ["expires_at"])
    op.add_column("letters", sa.Column("together_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_letters_together_id",
        "letters",
        "letters",
        ["together_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_letters_together_id",
        "letters",
        ["together_id"],
        postgresql_where=sa.text("together_id is not null"),
    )


def downgrade():
    op.drop_index("ix_letters_together_id", "letters")
    op.drop_column("letters", "together_id")
    op.drop_table("contact_keys")
