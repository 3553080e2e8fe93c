"""Create contacts from letters' recipients, and link letters, keys and consents to them."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

POINTING = ("letters", "invitation_keys", "consents")
TO_APPROVERS = (
    "('invitation', 'hand_over', 'reminder', 'last_reminder', 'link_again',"
    " 'receipt', 'disconnect_code', 'end_receipt')"
)
NAMED = (
    f"letters.kind in {TO_APPROVERS} and letters.recipient <> '' and letters.firm_id is not null"
)


def upgrade():
    op.create_table(
        "contacts",
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name="fk_contacts_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    address = ["firm_id", sa.text("lower(email)")]
    op.create_index("uq_contacts_firm_id_email", "contacts", address, unique=True)
    for table in POINTING:
        op.add_column(table, sa.Column("contact_id", sa.BigInteger(), nullable=True))
    _fill()
    for table in POINTING:
        op.create_foreign_key(
            f"fk_{table}_contact_id", table, "contacts", ["contact_id"], ["id"], ondelete="SET NULL"
        )
        op.create_index(f"ix_{table}_contact_id", table, ["contact_id"])


def _fill():
    """Create contacts from letters with an address; name and language are from the newest with a value."""
    op.execute(
        f"""
        insert into contacts (firm_id, email, name, language, created_at)
        select firm_id,
               (array_agg(recipient order by id))[1],
               (array_agg(recipient_name order by id desc)
                   filter (where recipient_name is not null))[1],
               (array_agg(language order by id desc))[1],
               min(created_at)
        from letters
        where {NAMED}
        group by firm_id, lower(recipient)
        """
    )
    op.execute(
        f"""
        update letters set contact_id = contacts.id
        from contacts
        where {NAMED}
          and contacts.firm_id = letters.firm_id
          and lower(contacts.email) = lower(letters.recipient)
        """
    )
    op.execute(
        """
        update invitation_keys set contact_id = letters.contact_id
        from letters
        where letters.id = invitation_keys.letter_id
        """
    )
    op.execute(
        """
        update consents set contact_id = keys.contact_id
        from authorizations
        join invitation_keys as keys on keys.id = authorizations.key_id
        where authorizations.id = consents.authorization_id
        """
    )
    op.execute(
        """
        update consents set contact_id = receipts.contact_id
        from (
            select distinct on (consent_id) consent_id, contact_id
            from letters
            where kind = 'receipt' and contact_id is not null
            order by consent_id, id
        ) as receipts
        where receipts.consent_id = consents.id and consents.contact_id is null
        """
    )


def downgrade():
    for table in POINTING:
        op.drop_column(table, "contact_id")
    op.drop_table("contacts")
