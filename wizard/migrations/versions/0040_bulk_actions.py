"""Keep bulk actions: one act for many companies, row by row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None
serves = "0026"

TIME = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "bulk_actions",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("responsible_id", sa.BigInteger(), nullable=True),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name="fk_bulk_actions_firm_id_firms"),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name="fk_bulk_actions_made_by_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["users.id"], name="fk_bulk_actions_responsible_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_actions"),
        sa.UniqueConstraint("public_id", name="uq_bulk_actions_public_id"),
    )
    op.create_index("ix_bulk_actions_firm_id_id", "bulk_actions", ["firm_id", "id"])
    op.create_index("ix_bulk_actions_made_by_id", "bulk_actions", ["made_by_id"])
    op.create_index("ix_bulk_actions_created_at", "bulk_actions", ["created_at"])
    op.create_index(
        "ix_bulk_actions_running",
        "bulk_actions",
        ["id"],
        postgresql_where=sa.text("status = 'running'"),
    )
    _rows()


def _rows():
    texts = ("email", "name", "language", "found")
    op.create_table(
        "bulk_rows",
        sa.Column("bulk_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("fate", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("seen", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in texts),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"],
            ["bulk_actions.id"],
            name="fk_bulk_rows_bulk_id_bulk_actions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_bulk_rows_company_id_companies",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_rows"),
        sa.UniqueConstraint("bulk_id", "company_id", name="uq_bulk_rows_bulk_id_company_id"),
    )
    op.create_index("ix_bulk_rows_company_id", "bulk_rows", ["company_id"])
    op.create_index("ix_bulk_rows_fate", "bulk_rows", ["bulk_id", "fate", "id"])


def downgrade():
    op.drop_table("bulk_rows")
    op.drop_table("bulk_actions")
