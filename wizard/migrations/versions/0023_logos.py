"""Add the logos of firms, as pictures made anew."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("firms", sa.Column("logo", sa.LargeBinary(), nullable=True))
    op.add_column("firms", sa.Column("logo_id", sa.String(), nullable=True))
    op.add_column("firms", sa.Column("logo_type", sa.String(), nullable=True))
    op.add_column("firms", sa.Column("logo_width", sa.BigInteger(), nullable=True))
    op.add_column("firms", sa.Column("logo_height", sa.BigInteger(), nullable=True))
    op.create_unique_constraint("uq_firms_logo_id", "firms", ["logo_id"])


def downgrade():
    op.drop_constraint("uq_firms_logo_id", "firms")
    for column in ("logo_height", "logo_width", "logo_type", "logo_id", "logo"):
        op.drop_column("firms", column)
