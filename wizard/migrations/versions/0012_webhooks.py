"""Create webhook receivers, messages and attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "webhook_receivers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("types", ARRAY(sa.String()), nullable=False),
        sa.Column("secret", sa.String()),
        sa.Column("earlier_secret", sa.String()),
        sa.Column("earlier_until", MOMENT),
        sa.Column("secret_shown_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("paused_at", MOMENT),
        sa.Column("paused_why", sa.String(32)),
        sa.Column("ended_at", MOMENT),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_taken_at", MOMENT),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", MOMENT),
        sa.Column("rests_until", MOMENT),
        sa.Column("claimed_until", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_receivers"),
        sa.UniqueConstraint("public_id", name="uq_webhook_receivers_public_id"),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name="fk_webhook_receivers_firm_id"),
    )
    op.create_index("ix_webhook_receivers_firm_id", "webhook_receivers", ["firm_id", "id"])
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_messages"),
        sa.UniqueConstraint("public_id", name="uq_webhook_messages_public_id"),
        sa.UniqueConstraint("receiver_id", "sequence", name="uq_webhook_messages_receiver_id_sequence"),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["webhook_receivers.id"], name="fk_webhook_messages_receiver_id"
        ),
    )
    op.create_index(
        "ix_webhook_messages_waiting",
        "webhook_messages",
        ["receiver_id", "sequence"],
        postgresql_where=sa.text("taken_at is null"),
    )
    op.create_index(
        "ix_webhook_messages_unnumbered",
        "webhook_messages",
        ["receiver_id", "id"],
        postgresql_where=sa.text("sequence is null"),
    )
    op.create_index("ix_webhook_messages_at", "webhook_messages", ["at"])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("status", sa.BigInteger()),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("excerpt", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempts"),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["webhook_receivers.id"], name="fk_webhook_attempts_receiver_id"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["webhook_messages.id"],
            name="fk_webhook_attempts_message_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_webhook_attempts_receiver_id", "webhook_attempts", ["receiver_id", "id"])
    op.create_index("ix_webhook_attempts_message_id", "webhook_attempts", ["message_id"])
    op.create_index("ix_webhook_attempts_at", "webhook_attempts", ["at"])


def downgrade():
    for table in ("webhook_attempts", "webhook_messages", "webhook_receivers"):
        op.drop_table(table)
