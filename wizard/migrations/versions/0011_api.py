"""Create API keys, hand-overs and idempotent creations."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "api_keys",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beginning", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name="fk_api_keys_firm_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_api_keys_created_by_id"),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["users.id"], name="fk_api_keys_revoked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("public_id", name="uq_api_keys_public_id"),
        sa.UniqueConstraint("secret_hash", name="uq_api_keys_secret_hash"),
    )
    op.create_index("ix_api_keys_firm_id", "api_keys", ["firm_id", "id"])
    op.create_table(
        "creations",
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_creations_api_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_creations"),
        sa.UniqueConstraint("api_key_id", "token_hash", name="uq_creations_api_key_id_token_hash"),
    )
    op.create_index("ix_creations_began_at", "creations", ["began_at"])
    op.create_table(
        "handovers",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_handovers_api_key_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_handovers_user_id"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_handovers_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
        sa.UniqueConstraint("public_id", name="uq_handovers_public_id"),
        sa.UniqueConstraint("secret_hash", name="uq_handovers_secret_hash"),
    )
    op.create_index("ix_handovers_created_at", "handovers", ["created_at"])
    op.add_column("events", sa.Column("api_key_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_events_api_key_id", "events", "api_keys", ["api_key_id"], ["id"])
    op.create_index("ix_companies_firm_id_id", "companies", ["firm_id", "id"])
    op.create_index("ix_connections_firm_id", "connections", ["firm_id", "id"])


def downgrade():
    op.drop_index("ix_connections_firm_id", table_name="connections")
    op.drop_index("ix_companies_firm_id_id", table_name="companies")
    op.drop_constraint("fk_events_api_key_id", "events", type_="foreignkey")
    op.drop_column("events", "api_key_id")
    for table in ("handovers", "creations", "api_keys"):
        op.drop_table(table)
