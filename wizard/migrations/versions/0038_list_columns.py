"""Remember the columns of lists that a person has chosen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None
serves = "0026"


def upgrade():
    op.add_column("users", sa.Column("list_columns", postgresql.ARRAY(sa.Text()), nullable=True))


def downgrade():
    op.drop_column("users", "list_columns")
