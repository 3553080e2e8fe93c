"""Count where approvers come, go on and leave."""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None
serves = "0026"


def upgrade():
    op.create_table(
        "funnel_places",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("helped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("cause_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_helped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name="fk_funnel_places_invitation_id_invitations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_funnel_places"),
        sa.UniqueConstraint("invitation_id", name="uq_funnel_places_invitation_id"),
    )
    op.create_index(
        "ix_funnel_places_pressed_at",
        "funnel_places",
        ["pressed_at"],
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_table(
        "funnel_counts",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(), server_default="", nullable=False),
        sa.Column("counted", sa.String(length=32), nullable=False),
        sa.Column("took", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_funnel_counts"),
    )
    op.create_index("ix_funnel_counts_firm_id", "funnel_counts", ["firm_id", "week"])
    op.create_index("ix_funnel_counts_week", "funnel_counts", ["week"])
    op.create_index(
        "ix_funnel_counts_unfolded",
        "funnel_counts",
        ["id"],
        postgresql_where=sa.text("not folded"),
    )
    op.create_index(
        "uq_funnel_counts_folded",
        "funnel_counts",
        ["firm_id", "week", "provider", "step", "cause", "counted", "took"],
        unique=True,
        postgresql_where=sa.text("folded"),
    )


def downgrade():
    op.drop_table("funnel_counts")
    op.drop_table("funnel_places")
