"""Add the name of the approver who handed a link over, and the link that a hand-over was mailed from."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("invitation_keys", sa.Column("asked_by", sa.String(), nullable=True))
    op.add_column("letters", sa.Column("from_key_id", sa.BigInteger(), nullable=True))
    op.execute(
        """
        update invitation_keys set asked_by = letters.signed
        from letters
        where letters.id = invitation_keys.letter_id and letters.signed is not null
        """
    )


def downgrade():
    op.drop_column("letters", "from_key_id")
    op.drop_column("invitation_keys", "asked_by")
