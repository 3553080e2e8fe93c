"""Store the recipients of warnings, and sent warnings."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

WHOM = ("warned_name", "warned_email", "deputy_name", "deputy_email")
INDEXES = {
    "ix_letters_to_staff": ("letters", "id", "invitation_id is null"),
    "ix_letters_forget": ("letters", "due_at", "status <> 'waiting' and recipient <> ''"),
    "ix_connections_forget": (
        "connections",
        "ended_at",
        "status = 'disconnected' and coalesce(approver_name, approver_email) is not null",
    ),
    "ix_connections_ended_at": ("connections", "ended_at", None),
    "ix_authorizations_forget": (
        "authorizations",
        "created_at",
        "status in ('away', 'failed') and refresh_token is null",
    ),
    "ix_authorizations_needs_us": ("authorizations", "ended_at", "cause = 'our_configuration'"),
    "ix_invitations_ended_at": ("invitations", "ended_at", None),
    "ix_events_forget": (
        "events",
        "at",
        "kind in ('invitation_declined', 'warned') and note is not null",
    ),
}


def upgrade():
    for name in WHOM:
        op.add_column("firms", sa.Column(name, sa.String))
    op.alter_column("letters", "invitation_id", nullable=True)
    op.alter_column("letters", "firm_id", nullable=True)
    op.add_column("letters", sa.Column("topic", sa.String))
    op.create_table(
        "warnings",
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter_id", sa.BigInteger, nullable=False),
        sa.Column("deputy_letter_id", sa.BigInteger),
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_warnings_connection_id"),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_warnings_letter_id"),
        sa.ForeignKeyConstraint(["deputy_letter_id"], ["letters.id"], name="fk_warnings_deputy_letter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_warnings"),
        sa.UniqueConstraint("connection_id", "since", "cause", name="uq_warnings_connection_id_since_cause"),
    )
    op.create_index("ix_warnings_letter_id", "warnings", ["letter_id"])
    op.create_index("ix_warnings_deputy_letter_id", "warnings", ["deputy_letter_id"])
    op.create_table(
        "outages",
        sa.Column("public_id", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("affected", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
        sa.UniqueConstraint("public_id", name="uq_outages_public_id"),
    )
    op.create_index(
        "uq_outages_open_provider",
        "outages",
        ["provider"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    for name, (table, column, where) in INDEXES.items():
        op.create_index(name, table, [column], postgresql_where=sa.text(where) if where else None)


def downgrade():
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_table("outages")
    op.drop_table("warnings")
    # Letters to staff have no invitation, which the older schema requires.
    op.execute("update letters set about_id = null where about_id in (select id from letters where invitation_id is null)")
    op.execute("delete from letters where invitation_id is null or firm_id is null")
    op.drop_column("letters", "topic")
    op.alter_column("letters", "firm_id", nullable=False)
    op.alter_column("letters", "invitation_id", nullable=False)
    for name in WHOM:
        op.drop_column("firms", name)
