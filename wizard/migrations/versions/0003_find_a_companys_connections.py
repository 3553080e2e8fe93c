"""Index connections by company, for the search by a company's name or number."""

from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ix_connections_company_id', 'connections', ['company_id', 'id'], unique=False)


def downgrade():
    op.drop_index('ix_connections_company_id', table_name='connections')
