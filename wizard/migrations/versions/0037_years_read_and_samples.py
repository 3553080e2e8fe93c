"""Create year_readings, read_vouchers and samples: years that are read through, and samples being fetched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None
serves = "0026"

TIME = sa.DateTime(timezone=True)
RUNNING = sa.text("status = 'running'")
TEXTS = postgresql.ARRAY(sa.Text())


def upgrade():
    _readings()
    _vouchers()
    _samples()


def _readings():
    op.create_table(
        "year_readings",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("year_id", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("stopped_for", sa.String(32), nullable=True),
        sa.Column("voucher_page", sa.BigInteger(), nullable=True),
        sa.Column("voucher_way", sa.BigInteger(), nullable=True),
        sa.Column("voucher_pages", sa.BigInteger(), nullable=False),
        sa.Column("vouchers", sa.BigInteger(), nullable=False),
        sa.Column("rounds", sa.BigInteger(), nullable=False),
        sa.Column("file_page", sa.BigInteger(), nullable=False),
        sa.Column("file_way", sa.BigInteger(), nullable=True),
        sa.Column("file_pages", sa.BigInteger(), nullable=False),
        sa.Column("pages_read", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("next_turn_at", TIME, nullable=False),
        sa.Column("claimed_until", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("found", postgresql.JSONB(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_year_readings_connection_id_connections",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name="fk_year_readings_made_by_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_year_readings"),
    )
    at = "year_readings"
    op.create_index("ix_year_readings_connection_id", at, ["connection_id", "year_id", "id"])
    op.create_index("ix_year_readings_made_by_id", at, ["made_by_id"])
    op.create_index("ix_year_readings_created_at", at, ["created_at"])
    op.create_index("ix_year_readings_due", at, ["next_turn_at"], postgresql_where=RUNNING)
    op.create_index(
        "uq_year_readings_running",
        at,
        ["connection_id", "year_id"],
        unique=True,
        postgresql_where=RUNNING,
    )


def _vouchers():
    op.create_table(
        "read_vouchers",
        sa.Column("year_reading_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("accounts", TEXTS, nullable=False),
        sa.Column("amounts", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("has_documents", sa.Boolean(), nullable=True),
        sa.Column("owner_ids", TEXTS, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["year_reading_id"],
            ["year_readings.id"],
            name="fk_read_vouchers_year_reading_id_year_readings",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_read_vouchers"),
        sa.UniqueConstraint(
            "year_reading_id", "voucher_id", name="uq_read_vouchers_year_reading_id_voucher_id"
        ),
    )
    at, numbered = "read_vouchers", ["year_reading_id", "series", "number"]
    op.create_index("ix_read_vouchers_number", at, numbered)
    op.create_index(
        "ix_read_vouchers_without",
        at,
        [*numbered, "id"],
        postgresql_where=sa.text("has_documents is false"),
    )
    op.create_index(
        "ix_read_vouchers_unknown",
        at,
        ["owner_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("has_documents is null"),
    )


def _samples():
    op.create_table(
        "samples",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("year_id", sa.String(), nullable=False),
        sa.Column("labels", TEXTS, nullable=False),
        sa.Column("again", TEXTS, nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("moved_at", TIME, nullable=False),
        sa.Column("broke_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_samples_connection_id_connections",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name="fk_samples_made_by_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("connection_id", "public_id", name="uq_samples_connection_id_public_id"),
    )
    op.create_index("ix_samples_created_at", "samples", ["created_at"])
    op.create_index("ix_samples_made_by_id", "samples", ["made_by_id"])


def downgrade():
    op.drop_table("samples")
    op.drop_table("read_vouchers")
    op.drop_table("year_readings")
