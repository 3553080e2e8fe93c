"""Note who wants a daily summary, and the day of her last one."""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None
serves = "0026"


def upgrade():
    op.add_column(
        "users",
        sa.Column("daily_summary", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("users", sa.Column("summed_up_on", sa.Date(), nullable=True))


def downgrade():
    op.drop_column("users", "summed_up_on")
    op.drop_column("users", "daily_summary")
