"""Give companies an own reference, a responsible person and an archive; create imports of companies."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None
serves = "0026"

TIME = sa.DateTime(timezone=True)
NOBODYS = "responsible_id is null and archived_at is null"


def upgrade():
    op.add_column("companies", sa.Column("own_reference", sa.String(), nullable=True))
    key = sa.Column("reference_key", sa.Text(collation="C"), nullable=True)
    op.add_column("companies", key)
    op.add_column("companies", sa.Column("responsible_id", sa.BigInteger(), nullable=True))
    op.add_column("companies", sa.Column("archived_at", TIME, nullable=True))
    op.create_foreign_key(
        "fk_companies_responsible_id_users", "companies", "users", ["responsible_id"], ["id"]
    )
    _name_who_asked()
    op.create_index(
        "ix_companies_reference_key",
        "companies",
        ["reference_key"],
        postgresql_where=sa.text("reference_key is not null"),
    )
    op.create_index(
        "ix_companies_responsible_id", "companies", ["responsible_id", "sort_key", "id"]
    )
    op.create_index(
        "ix_companies_nobodys",
        "companies",
        ["firm_id", "sort_key", "id"],
        postgresql_where=sa.text(NOBODYS),
    )
    _imports()
    _lines()


def _name_who_asked():
    """Until now the one who asked for the newest link was told of a company."""
    op.execute(
        """
        update companies set responsible_id = asked.user_id
        from (
            select distinct on (invitations.company_id)
                   invitations.company_id, users.id as user_id, users.firm_id
            from invitations join users on users.id = invitations.created_by_id
            where users.active
            order by invitations.company_id, invitations.id desc
        ) as asked
        where asked.company_id = companies.id and asked.firm_id = companies.firm_id
        """
    )


def _imports():
    op.create_table(
        "company_imports",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("key_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("invites", sa.Boolean(), nullable=False),
        sa.Column("letters_from", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name="fk_company_imports_firm_id_firms"),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name="fk_company_imports_made_by_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name="fk_company_imports_key_id_api_keys"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_company_imports"),
        sa.UniqueConstraint("public_id", name="uq_company_imports_public_id"),
    )
    op.create_index("ix_company_imports_firm_id_id", "company_imports", ["firm_id", "id"])
    op.create_index("ix_company_imports_made_by_id", "company_imports", ["made_by_id"])
    op.create_index("ix_company_imports_key_id", "company_imports", ["key_id"])
    op.create_index(
        "ix_company_imports_running",
        "company_imports",
        ["id"],
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_company_imports_created_at", "company_imports", ["created_at"])


def _lines():
    texts = ("name", "organisation_number", "email", "contact_name", "language", "own_reference")
    op.create_table(
        "company_import_lines",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("fate", sa.String(32), nullable=False),
        sa.Column("wrong", sa.String(), nullable=True),
        sa.Column("twin", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in texts),
        sa.Column("responsible_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("invitation_id", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("added_at", TIME, nullable=True),
        sa.Column("invited_at", TIME, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["company_imports.id"],
            name="fk_company_import_lines_import_id_company_imports",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_company_import_lines_company_id_companies",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name="fk_company_import_lines_invitation_id_invitations",
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["users.id"], name="fk_company_import_lines_responsible_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_company_import_lines"),
        sa.UniqueConstraint(
            "import_id", "number", name="uq_company_import_lines_import_id_number"
        ),
    )
    op.create_index("ix_company_import_lines_company_id", "company_import_lines", ["company_id"])
    op.create_index(
        "ix_company_import_lines_invitation_id", "company_import_lines", ["invitation_id"]
    )


def downgrade():
    op.drop_table("company_import_lines")
    op.drop_table("company_imports")
    op.drop_column("companies", "archived_at")
    op.drop_column("companies", "responsible_id")
    op.drop_column("companies", "reference_key")
    op.drop_column("companies", "own_reference")
