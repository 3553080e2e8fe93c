"""Create what accounts need, and the audit trail.

What the code before this one inserts is filled in by defaults of the database.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None
serves = '0025'  # its inserts are filled in by defaults

SCOPES = ("status", "invitations", "documents", "disconnect", "handover")
RANDOM = sa.text("substr(md5(random()::text || clock_timestamp()::text), 1, 16)")
KEEP_DAYS = 731  # as the retention, which alone may delete

KEEP = f"""
create function keep_audit_entries() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < now() - interval '{KEEP_DAYS} days' then
        return old;
    end if;
    raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end $$
"""


def _time(name, *, nullable=True):
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def _id():
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _number(name, *, nullable=False):
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name, *, nullable=True, default=None):
    return sa.Column(name, sa.String(), nullable=nullable, server_default=default)


def _flag(name, default):
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text(default))


def _word(name, kind, default=None):
    kind = sa.Enum(name=kind, native_enum=False, length=32)
    return sa.Column(name, kind, nullable=False, server_default=default)


def _to(table, column, target):
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def upgrade():
    _identity_providers()
    _accounts()
    _proofs()
    _keys()
    _audit()


def _identity_providers():
    op.create_table(
        "identity_providers",
        _text("public_id", nullable=False),
        _text("name", nullable=False),
        _text("metadata_url", nullable=False),
        _text("client_id", nullable=False),
        _text("client_secret"),
        _text("groups_claim", nullable=False),
        _text("admin_group"),
        _text("support_group"),
        _text("manager_group"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _time("ended_at"),
        _id(),
        sa.PrimaryKeyConstraint("id", name="pk_identity_providers"),
        sa.UniqueConstraint("public_id", name="uq_identity_providers_public_id"),
        sa.UniqueConstraint("name", name="uq_identity_providers_name"),
    )
    op.create_table(
        "identity_provider_firms",
        _number("identity_provider_id"),
        _number("firm_id"),
        _text("group"),
        _id(),
        _to("identity_provider_firms", "identity_provider_id", "identity_providers"),
        _to("identity_provider_firms", "firm_id", "firms"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_provider_firms"),
        sa.UniqueConstraint(
            "identity_provider_id", "firm_id",
            name="uq_identity_provider_firms_identity_provider_id_firm_id",
        ),
    )
    op.create_index("ix_identity_provider_firms_firm_id", "identity_provider_firms", ["firm_id"])
    op.add_column("firms", _flag("password_sign_in", "true"))


def _accounts():
    for column in (
        _text("public_id", nullable=False, default=RANDOM),
        _flag("may_manage_members", "false"),
        _text("phone"),
        _flag("phone_shown", "false"),
        _text("language"),
        _time("password_changed_at"),
        _flag("must_change_password", "false"),
        _text("totp_secret"),
        _time("totp_confirmed_at"),
        _number("totp_last_step", nullable=True),
        _number("identity_provider_id", nullable=True),
        _text("identity_subject"),
        _time("deactivated_at"),
        _time("last_seen_at"),
    ):
        op.add_column("users", column)
    op.alter_column("users", "password_hash", nullable=True)
    op.create_unique_constraint("uq_users_public_id", "users", ["public_id"])
    op.create_unique_constraint(
        "uq_users_identity_provider_id_identity_subject",
        "users",
        ["identity_provider_id", "identity_subject"],
    )
    op.create_foreign_key(
        "fk_users_identity_provider_id",
        "users",
        "identity_providers",
        ["identity_provider_id"],
        ["id"],
    )
    for column in (
        _text("public_id", nullable=False, default=RANDOM),
        _word("way", "signinway", "password"),
        _text("device"),
        _time("last_used_at", nullable=False),
        _time("confirmed_at", nullable=False),
        _time("second_factor_at"),
        _text("refresh_token"),
        _time("looked_up_at"),
    ):
        op.add_column("staff_sessions", column)
    op.create_unique_constraint("uq_staff_sessions_public_id", "staff_sessions", ["public_id"])
    op.execute("update staff_sessions set last_used_at = created_at, confirmed_at = created_at")


def _proofs():
    op.create_table(
        "passkeys",
        _text("public_id", nullable=False),
        _number("user_id"),
        _text("name", nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        _number("sign_count"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _time("last_used_at"),
        _id(),
        _to("passkeys", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("public_id", name="uq_passkeys_public_id"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        _number("user_id"),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        _time("used_at"),
        _id(),
        _to("recovery_codes", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.UniqueConstraint("user_id", "code_hash", name="uq_recovery_codes_user_id_code_hash"),
    )
    op.create_table(
        "account_links",
        _number("user_id"),
        _word("purpose", "linkpurpose"),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _time("used_at"),
        _id(),
        _to("account_links", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_account_links"),
        sa.UniqueConstraint("secret_hash", name="uq_account_links_secret_hash"),
    )
    op.create_index("ix_account_links_expires_at", "account_links", ["expires_at"])
    op.create_index(
        "ix_account_links_open",
        "account_links",
        ["user_id"],
        postgresql_where=sa.text("used_at is null"),
    )


def _keys():
    """Keys made until now keep every scope, and get no end."""
    scopes = sa.Column(
        "scopes",
        postgresql.ARRAY(sa.String()),
        nullable=False,
        server_default="{" + ",".join(SCOPES) + "}",
    )
    for column in (scopes, _time("expires_at"), _time("warned_at")):
        op.add_column("api_keys", column)


def _audit():
    op.create_table(
        "audit_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _word("actor", "auditactor"),
        _text("actor_name", nullable=False),
        _number("user_id", nullable=True),
        _number("api_key_id", nullable=True),
        _text("address"),
        _word("action", "auditaction"),
        _text("object_kind"),
        _text("object_id"),
        _text("object_name"),
        _text("person"),
        _number("firm_id", nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        _id(),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    for name in ("user_id", "firm_id", "person", "action"):
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", [name, "id"])
    op.create_index(
        "ix_audit_entries_object", "audit_entries", ["object_kind", "object_id", "id"]
    )
    op.execute(KEEP)
    op.execute(
        "create trigger keep_audit_entries before update or delete on audit_entries "
        "for each row execute function keep_audit_entries()"
    )
    op.execute(
        "create trigger keep_audit_entries_whole before truncate on audit_entries "
        "for each statement execute function keep_audit_entries()"
    )


def downgrade():
    op.drop_table("audit_entries")
    op.execute("drop function keep_audit_entries()")
    for column in ("warned_at", "expires_at", "scopes"):
        op.drop_column("api_keys", column)
    op.drop_table("account_links")
    op.drop_table("recovery_codes")
    op.drop_table("passkeys")
    for column in (
        "looked_up_at", "refresh_token", "second_factor_at", "confirmed_at", "last_used_at",
        "device", "way", "public_id",
    ):
        op.drop_column("staff_sessions", column)
    op.execute("delete from staff_sessions where user_id in (select id from users where password_hash is null)")
    op.execute("update users set password_hash = '' where password_hash is null")
    op.alter_column("users", "password_hash", nullable=False)
    for column in (
        "last_seen_at", "deactivated_at", "identity_subject", "identity_provider_id",
        "totp_last_step", "totp_confirmed_at", "totp_secret", "must_change_password",
        "password_changed_at", "language", "phone_shown", "phone", "may_manage_members", "public_id",
    ):
        op.drop_column("users", column)
    op.drop_column("firms", "password_sign_in")
    op.drop_table("identity_provider_firms")
    op.drop_table("identity_providers")
