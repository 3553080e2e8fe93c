"""Create the codes with which approvers disconnect."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("connections", sa.Column("revoked_at", MOMENT))
    op.add_column("invitations", sa.Column("renews_id", sa.BigInteger))
    op.execute(
        "update invitations set renews_id = connections.id from connections"
        " where connections.company_id = invitations.company_id"
        " and connections.status <> 'disconnected'"
        " and invitations.status in ('created', 'sent', 'started')"
    )
    op.create_table(
        "old_grants",
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("approver_email", sa.String),
        sa.Column("refresh_token", sa.String),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.Column("next_revoke_at", MOMENT, nullable=False),
        sa.Column("revoke_tries", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_old_grants_connection_id"),
        sa.PrimaryKeyConstraint("id", name="pk_old_grants"),
    )
    op.create_index("ix_old_grants_connection_id", "old_grants", ["connection_id"])
    op.create_index("ix_old_grants_due", "old_grants", ["next_revoke_at"])
    op.create_table(
        "disconnect_codes",
        sa.Column("consent_id", sa.BigInteger, nullable=False),
        sa.Column("letter_id", sa.BigInteger, nullable=False),
        sa.Column("code_hash", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name="fk_disconnect_codes_consent_id"),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_disconnect_codes_letter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disconnect_codes"),
    )
    op.create_index("ix_disconnect_codes_consent_id", "disconnect_codes", ["consent_id"])


def downgrade():
    op.drop_table("disconnect_codes")
    op.drop_table("old_grants")
    op.drop_column("invitations", "renews_id")
    op.drop_column("connections", "revoked_at")
