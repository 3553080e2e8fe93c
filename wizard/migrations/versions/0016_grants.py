"""Move all tokens to one table, grants.

Tokens are sealed for their table, row and field, so moving them needs the encryption keys. Stops,
having changed nothing, when a key is missing: moved without it, a token would be lost though the key
came back. A damaged token is moved unchanged: it was unusable before, too.
"""

import sqlalchemy as sa
from alembic import context, op

from wizard.migrations.running import KeyMissingError

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TOKENS = ("access_token", "refresh_token")
# Jobs of removed and new tasks are deleted; a sweep finds their work.
JOBS_BEFORE = ("revoke_connection", "revoke_old_grant", "sweep_disconnections")
JOBS_AFTER = ("revoke_grant", "sweep_grants")


def upgrade():
    op.create_table(
        "grants",
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("access_token", sa.String),
        sa.Column("refresh_token", sa.String),
        sa.Column("access_expires_at", MOMENT),
        sa.Column("holder", sa.String),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("refreshed_at", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT),
        sa.Column("next_refresh_at", MOMENT),
        sa.Column("refresh_tries", sa.BigInteger, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("next_revoke_at", MOMENT),
        sa.Column("revoke_tries", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.add_column("connections", sa.Column("grant_id", sa.BigInteger))
    op.add_column("authorizations", sa.Column("grant_id", sa.BigInteger))
    # The row that a grant's tokens come from, until they are re-sealed.
    op.add_column("grants", sa.Column("source", sa.String))
    op.add_column("grants", sa.Column("source_id", sa.BigInteger))
    _from_connections()
    _from_old_grants()
    _from_authorizations()
    _seal_anew()
    op.drop_column("grants", "source")
    op.drop_column("grants", "source_id")
    _forget_jobs(JOBS_BEFORE)
    for index in ("refresh", "check", "revoke"):
        op.drop_index(f"ix_connections_{index}", "connections")
    for index in ("revoke", "forget"):
        op.drop_index(f"ix_authorizations_{index}", "authorizations")
    for column in (
        *TOKENS, "access_expires_at", "refreshed_at", "refresh_claimed_until", "next_refresh_at",
        "refresh_tries", "next_revoke_at", "revoke_tries", "revoked_at",
    ):
        op.drop_column("connections", column)
    for column in (*TOKENS, "access_expires_at"):
        op.drop_column("authorizations", column)
    op.drop_table("old_grants")
    for table in ("connections", "authorizations"):
        op.create_foreign_key(f"fk_{table}_grant_id", table, "grants", ["grant_id"], ["id"])
        op.create_index(f"ix_{table}_grant_id", table, ["grant_id"], unique=True)
    _index("connections", "check", "next_check_at", "status <> 'disconnected' and grant_id is not null")
    _index("authorizations", "forget", "created_at", "status in ('away', 'failed')")
    _index("grants", "refresh", "next_refresh_at", "state = 'living'")
    _index("grants", "revoke", "next_revoke_at", "state = 'to_be_revoked'")
    _index("grants", "forget", "ended_at", "state in ('revoked', 'dead')")


def _from_connections():
    """Grants of connections, with the result of revocation for disconnected ones."""
    op.execute(
        "insert into grants (provider, state, access_token, refresh_token, access_expires_at, holder,"
        " made_at, refreshed_at, claimed_until, next_refresh_at, refresh_tries, ended_at,"
        " next_revoke_at, revoke_tries, revoked_at, source, source_id)"
        " select provider,"
        " case when status <> 'disconnected' then 'living'"
        " when refresh_token is not null then 'to_be_revoked'"
        " when revoked_at is not null then 'revoked' else 'dead' end,"
        " access_token, refresh_token, access_expires_at,"
        " case when refresh_token is not null then approver_email end,"
        " coalesce(renewed_at, created_at), refreshed_at, refresh_claimed_until,"
        " case when status <> 'disconnected' then next_refresh_at end, refresh_tries, ended_at,"
        " case when status = 'disconnected' then next_revoke_at end, revoke_tries, revoked_at,"
        " 'connections', id"
        " from connections where refresh_token is not null"
        " or (status = 'disconnected' and (revoked_at is not null or revoke_tries > 0))"
    )
    op.execute(
        "update connections set grant_id = grants.id from grants"
        " where grants.source = 'connections' and grants.source_id = connections.id"
    )
    # A connection's grant came with its newest consent.
    op.execute(
        "update authorizations set grant_id = newest.grant_id from"
        " (select distinct on (consents.connection_id) consents.authorization_id, connections.grant_id"
        " from consents join connections on connections.id = consents.connection_id"
        " where connections.grant_id is not null"
        " order by consents.connection_id, consents.id desc) as newest"
        " where authorizations.id = newest.authorization_id"
    )


def _from_old_grants():
    """Grants replaced by another person's, each with its authorization."""
    op.execute(
        "insert into grants (provider, state, refresh_token, holder, made_at, refreshed_at,"
        " refresh_tries, ended_at, next_revoke_at, revoke_tries, source, source_id)"
        " select connections.provider, 'to_be_revoked', old_grants.refresh_token,"
        " old_grants.approver_email, old_grants.replaced_at, old_grants.replaced_at, 0,"
        " old_grants.replaced_at, old_grants.next_revoke_at, old_grants.revoke_tries,"
        " 'old_grants', old_grants.id"
        " from old_grants join connections on connections.id = old_grants.connection_id"
    )
    # Matched to the connection's earlier consents: the same person's first, then the latest, each used
    # once. A refresh in progress may belong to the old grant.
    op.execute(
        "update authorizations set grant_id = paired.grant_id from"
        " (select distinct on (authorization_id) authorization_id, grant_id from"
        " (select distinct on (grants.id) grants.id as grant_id, consents.authorization_id"
        " from grants join old_grants on old_grants.id = grants.source_id"
        " join consents on consents.connection_id = old_grants.connection_id"
        " join authorizations on authorizations.id = consents.authorization_id"
        " where grants.source = 'old_grants' and authorizations.grant_id is null"
        " order by grants.id, lower(consents.approver_email) = lower(old_grants.approver_email)"
        " desc nulls last, consents.id desc) as nearest order by authorization_id, grant_id)"
        " as paired where authorizations.id = paired.authorization_id"
    )
    op.execute(
        "update grants set claimed_until = connections.refresh_claimed_until from old_grants, connections"
        " where grants.source = 'old_grants' and old_grants.id = grants.source_id"
        " and connections.id = old_grants.connection_id"
    )


def _from_authorizations():
    """Grants that wait for the check, and those of failed attempts, to be revoked."""
    op.execute(
        "insert into grants (provider, state, access_token, refresh_token, access_expires_at,"
        " made_at, refreshed_at, refresh_tries, ended_at, next_revoke_at, revoke_tries, source, source_id)"
        " select invitations.provider,"
        " case when authorizations.status = 'failed' then 'to_be_revoked' else 'waiting' end,"
        " authorizations.access_token, authorizations.refresh_token, authorizations.access_expires_at,"
        " coalesce(authorizations.returned_at, authorizations.created_at),"
        " coalesce(authorizations.returned_at, authorizations.created_at), 0,"
        " case when authorizations.status = 'failed' then authorizations.ended_at end,"
        " case when authorizations.status = 'failed' then authorizations.next_try_at end,"
        " case when authorizations.status = 'failed' then authorizations.tries else 0 end,"
        " 'authorizations', authorizations.id"
        " from authorizations join invitations on invitations.id = authorizations.invitation_id"
        " where authorizations.refresh_token is not null and authorizations.status <> 'succeeded'"
    )
    op.execute(
        "update authorizations set grant_id = grants.id from grants"
        " where grants.source = 'authorizations' and grants.source_id = authorizations.id"
    )
    op.execute("update authorizations set next_try_at = null, tries = 0 where status = 'failed'")


def _seal_anew():
    connection = op.get_bind()
    sealed = connection.execute(
        sa.text(
            "select id, source, source_id, access_token, refresh_token from grants"
            " where access_token is not null or refresh_token is not null"
        )
    ).all()
    for row in sealed:
        new = {
            token: _moved(getattr(row, token), f"{row.source}:{row.source_id}", f"grants:{row.id}", token)
            for token in TOKENS
        }
        connection.execute(
            sa.text(
                "update grants set access_token = :access_token, refresh_token = :refresh_token"
                " where id = :id"
            ),
            {**new, "id": row.id},
        )
    connection.execute(sa.text("update grants set access_token = null where state = 'to_be_revoked'"))


def _moved(sealed, before, after, field):
    if sealed is None:
        return None
    vault = context.config.attributes.get("vault")
    if vault is None:
        raise RuntimeError("This revision moves secrets: run `flask db upgrade`, which has the keys.")
    name = sealed.partition(".")[0]
    if not vault.has(name):
        raise KeyMissingError(name)
    return vault.moved(sealed, f"{before}:{field}", f"{after}:{field}")


def _forget_jobs(names):
    op.execute("set search_path to public, procrastinate")  # the queue's triggers need its schema
    op.get_bind().execute(
        sa.text(
            "delete from procrastinate.procrastinate_jobs"
            " where task_name = any(:names) and status in ('todo', 'doing')"
        ),
        {"names": list(names)},
    )
    op.execute("set search_path to public")


def _index(table, name, column, where):
    op.create_index(f"ix_{table}_{name}", table, [column], postgresql_where=sa.text(where))


def downgrade():
    for index in ("connections_check", "authorizations_forget"):
        op.drop_index(f"ix_{index}", index.split("_")[0])
    for column in (*TOKENS, "access_expires_at", "next_refresh_at", "refresh_claimed_until", "next_revoke_at", "revoked_at"):
        kind = sa.String if column in TOKENS else MOMENT
        op.add_column("connections", sa.Column(column, kind))
    op.add_column("connections", sa.Column("refreshed_at", MOMENT, nullable=False, server_default=sa.func.now()))
    for column in ("refresh_tries", "revoke_tries"):
        op.add_column("connections", sa.Column(column, sa.BigInteger, nullable=False, server_default="0"))
    for column in (*TOKENS, "access_expires_at"):
        kind = sa.String if column in TOKENS else MOMENT
        op.add_column("authorizations", sa.Column(column, kind))
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
    _back()
    for column in ("refreshed_at", "refresh_tries", "revoke_tries"):
        op.alter_column("connections", column, server_default=None)
    for table in ("connections", "authorizations"):
        op.drop_index(f"ix_{table}_grant_id", table)
        op.drop_constraint(f"fk_{table}_grant_id", table)
        op.drop_column(table, "grant_id")
    op.drop_table("grants")
    _forget_jobs(JOBS_AFTER)
    kept = "status <> 'disconnected' and refresh_token is not null"
    _index("connections", "refresh", "next_refresh_at", kept)
    _index("connections", "check", "next_check_at", kept)
    _index("connections", "revoke", "next_revoke_at", "status = 'disconnected' and refresh_token is not null")
    _index("authorizations", "revoke", "next_try_at", "status = 'failed' and refresh_token is not null")
    _index("authorizations", "forget", "created_at", "status in ('away', 'failed') and refresh_token is null")


def _back():
    """Move each grant's tokens back to a connection, an authorization, or the replacing connection."""
    connection = op.get_bind()
    op.execute(
        "update connections set access_expires_at = g.access_expires_at, refreshed_at = g.refreshed_at,"
        " next_refresh_at = g.next_refresh_at, refresh_claimed_until = g.claimed_until,"
        " refresh_tries = g.refresh_tries, next_revoke_at = g.next_revoke_at,"
        " revoke_tries = case when g.state = 'dead' then greatest(g.revoke_tries, 1) else g.revoke_tries end,"
        " revoked_at = g.revoked_at from grants as g where g.id = connections.grant_id"
    )
    op.execute(
        "update authorizations set access_expires_at = g.access_expires_at,"
        " tries = case when g.state = 'to_be_revoked' then g.revoke_tries else authorizations.tries end,"
        " next_try_at = case when g.state = 'to_be_revoked' then g.next_revoke_at else authorizations.next_try_at end"
        " from grants as g where g.id = authorizations.grant_id and authorizations.status <> 'succeeded'"
    )
    op.execute(
        "insert into old_grants (connection_id, approver_email, refresh_token, replaced_at, next_revoke_at,"
        " revoke_tries, id) select consents.connection_id, g.holder, g.refresh_token,"
        " coalesce(g.ended_at, now()), coalesce(g.next_revoke_at, now()), g.revoke_tries, g.id"
        " from grants as g join authorizations on authorizations.grant_id = g.id"
        " join consents on consents.authorization_id = authorizations.id"
        " where g.state = 'to_be_revoked' and not exists (select from connections where grant_id = g.id)"
    )
    op.execute("select setval(pg_get_serial_sequence('old_grants', 'id'), greatest((select max(id) from old_grants), 1))")
    for table, tokens in (("connections", TOKENS), ("authorizations", TOKENS), ("old_grants", TOKENS[1:])):
        held = "t.id = g.id" if table == "old_grants" else "t.grant_id = g.id"
        also = " and t.status <> 'succeeded'" if table == "authorizations" else ""
        rows = connection.execute(
            sa.text(
                "select t.id, g.id as grant_id, g.access_token, g.refresh_token"
                f" from {table} as t join grants as g on {held} where g.refresh_token is not null{also}"
            )
        ).all()
        for row in rows:
            new = {
                token: _moved(getattr(row, token), f"grants:{row.grant_id}", f"{table}:{row.id}", token)
                for token in tokens
            }
            sets = ", ".join(f"{token} = :{token}" for token in tokens)
            connection.execute(sa.text(f"update {table} set {sets} where id = :id"), {**new, "id": row.id})
