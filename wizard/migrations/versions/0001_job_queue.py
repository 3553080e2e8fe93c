"""Create the job queue's tables and functions, in a separate schema.

The schema of procrastinate 3.10, unchanged; an upgrade of procrastinate needs a new revision with its
migration script.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    connection = op.get_bind().connection.dbapi_connection
    op.execute("create schema procrastinate")
    op.execute("set local search_path to procrastinate")
    connection.execute(SchemaManager.get_schema())
    op.execute("set local search_path to public")


def downgrade():
    op.execute("drop schema procrastinate cascade")
