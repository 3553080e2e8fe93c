"""Index the codes of ended invitations, for support's search."""

from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

INDEX = "ix_invitations_code"


def upgrade():
    op.create_index(INDEX, "invitations", ["code", "id"])


def downgrade():
    op.drop_index(INDEX, "invitations")
