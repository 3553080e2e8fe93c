"""Store the version of the text that approvers read, and index what support searches by."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('authorizations', sa.Column('wording', sa.String(), nullable=True))
    op.create_index('ix_invitations_created_by_id', 'invitations', ['created_by_id', 'id'], unique=False)
    op.create_index('ix_connections_approver_email', 'connections', [sa.text('lower(approver_email)'), 'id'], unique=False)
    op.create_index('ix_letters_recipient', 'letters', [sa.text('lower(recipient)'), 'id'], unique=False)


def downgrade():
    op.drop_index('ix_letters_recipient', table_name='letters')
    op.drop_index('ix_connections_approver_email', table_name='connections')
    op.drop_index('ix_invitations_created_by_id', table_name='invitations')
    op.drop_column('authorizations', 'wording')
