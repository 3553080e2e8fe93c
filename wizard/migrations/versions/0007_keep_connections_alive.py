"""Store when a connection is due for refresh, check or revocation."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

COLUMNS = {
    "renewed_at": None,
    "status_since": "now()",
    "refreshed_at": "now()",
    "refresh_claimed_until": None,
    "next_refresh_at": None,
    "checked_at": "now()",
    "next_check_at": None,
    "next_revoke_at": None,
}
INDEXES = {
    "next_refresh_at": ("refresh", "status <> 'disconnected' and refresh_token is not null"),
    "next_check_at": ("check", "status <> 'disconnected' and refresh_token is not null"),
    "next_revoke_at": ("revoke", "status = 'disconnected' and refresh_token is not null"),
}
COUNTERS = ("refresh_tries", "check_tries", "revoke_tries")


def upgrade():
    for name, default in COLUMNS.items():
        kind = sa.DateTime(timezone=True)
        value = sa.text(default) if default else None
        op.add_column("connections", sa.Column(name, kind, nullable=default is None, server_default=value))
        if default:
            op.alter_column("connections", name, server_default=None)
    for name in COUNTERS:
        op.add_column("connections", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
        op.alter_column("connections", name, server_default=None)
    op.execute(
        "update connections set status_since = coalesce(ended_at, created_at), checked_at = last_read_at,"
        " next_refresh_at = now(), next_check_at = now() where status <> 'disconnected'"
    )
    for column, (name, where) in INDEXES.items():
        op.create_index(
            f"ix_connections_{name}", "connections", [column], postgresql_where=sa.text(where)
        )


def downgrade():
    for name, _ in INDEXES.values():
        op.drop_index(f"ix_connections_{name}", table_name="connections")
    for name in (*COLUMNS, *COUNTERS):
        op.drop_column("connections", name)
