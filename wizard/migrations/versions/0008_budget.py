"""Create the call budget that all processes share."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        'call_permits',
        sa.Column('provider', sa.String(), nullable=False),
        sa.Column('endpoint', sa.String(), nullable=False),
        sa.Column('number', sa.BigInteger(), nullable=False),
        sa.Column('free_at', TIME, server_default=sa.text("'-infinity'"), nullable=False),
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call_permits')),
        sa.UniqueConstraint('provider', 'endpoint', 'number', name=op.f('uq_call_permits_provider_endpoint_number')),
        postgresql_with={'fillfactor': '50'},
    )
    op.create_table(
        'paces',
        sa.Column('provider', sa.String(), nullable=False),
        sa.Column('work', sa.String(), nullable=False),
        sa.Column('next_slot_at', TIME, nullable=False),
        sa.Column('failures', sa.BigInteger(), nullable=False),
        sa.Column('failing_since', TIME, nullable=True),
        sa.Column('connections', sa.BigInteger(), nullable=False),
        sa.Column('counted_at', TIME, nullable=True),
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_paces')),
        sa.UniqueConstraint('provider', 'work', name=op.f('uq_paces_provider_work')),
    )
    op.add_column('connections', sa.Column('approver_is_consultant', sa.Boolean(), nullable=True))
    op.execute(
        'update connections set approver_is_consultant = consents.approver_is_consultant'
        ' from consents where consents.connection_id = connections.id'
    )
    op.create_index(
        'ix_connections_ended_lately',
        'connections',
        ['status_since'],
        postgresql_where=sa.text("cause = 'consent_ended'"),
    )


def downgrade():
    op.drop_index('ix_connections_ended_lately', table_name='connections')
    op.drop_column('connections', 'approver_is_consultant')
    op.drop_table('paces')
    op.drop_table('call_permits')
