"""Let approvers find all they have approved by a mailed link, and forget what they asked the firm."""

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None
serves = "0026"  # old code makes no such link, and its notes are among those of the new index

NOTE = "kind in ('invitation_declined', 'warned'{more}) and note is not null"


def upgrade():
    op.create_table(
        "consents_keys",
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name="fk_consents_keys_letter_id_letters"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents_keys"),
        sa.UniqueConstraint("secret_hash", name="uq_consents_keys_secret_hash"),
    )
    op.create_index("ix_consents_keys_letter_id", "consents_keys", ["letter_id"])
    op.create_index(
        "ix_consents_approver_email", "consents", [sa.text("lower(approver_email)"), "id"]
    )
    op.create_index("ix_contacts_email", "contacts", [sa.text("lower(email)")])
    _forget(NOTE.format(more=", 'insight_asked'"))


def downgrade():
    _forget(NOTE.format(more=""))
    op.drop_index("ix_contacts_email", "contacts")
    op.drop_index("ix_consents_approver_email", "consents")
    op.drop_table("consents_keys")


def _forget(notes):
    op.drop_index("ix_events_forget", "events")
    op.create_index("ix_events_forget", "events", ["at"], postgresql_where=sa.text(notes))
