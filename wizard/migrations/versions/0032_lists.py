"""Find companies by the start of any word of their name, and list archived ones and nobody's."""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None
serves = "0026"  # a trigger keeps the words, whoever writes

SPLIT = r"regexp_split_to_table({name}, '[\t-\r !-/:-@\[-`|~]+')"
TRIGGERS = f"""
create function keep_company_words() returns trigger language plpgsql as $$
begin
    delete from company_words where company_id = new.id;
    insert into company_words (company_id, firm_id, word)
    select distinct new.id, new.firm_id, word
    from {SPLIT.format(name="new.sort_key")} word where word <> '';
    return null;
end $$;

create trigger keep_words after insert on companies
    for each row execute function keep_company_words();
create trigger keep_changed_words after update of firm_id, sort_key on companies for each row
    when ((old.firm_id, old.sort_key) is distinct from (new.firm_id, new.sort_key))
    execute function keep_company_words();
"""
FILL = f"""
insert into company_words (company_id, firm_id, word)
select distinct companies.id, companies.firm_id, word
from companies cross join lateral {SPLIT.format(name="companies.sort_key")} word
where word <> ''
"""


def upgrade():
    op.create_table(
        "company_words",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_company_words_company_id_companies",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_company_words"),
        sa.UniqueConstraint("company_id", "word", name="uq_company_words_company_id_word"),
    )
    op.execute(TRIGGERS)
    op.execute(FILL)
    op.create_index("ix_company_words_word", "company_words", ["word", "company_id"])
    op.create_index(
        "ix_company_words_firm_id_word", "company_words", ["firm_id", "word", "company_id"]
    )
    op.create_index(
        "ix_companies_everywhere_nobodys",
        "companies",
        ["sort_key", "id"],
        postgresql_where=sa.text("responsible_id is null and archived_at is null"),
    )
    op.create_index(
        "ix_companies_archived",
        "companies",
        ["sort_key", "id"],
        postgresql_where=sa.text("archived_at is not null"),
    )
    op.create_index(
        "ix_standings_connected",
        "standings",
        ["sort_key", "company_id"],
        postgresql_where=sa.text("connection_status is not null or reason = 'ended'"),
    )


def downgrade():
    op.drop_index("ix_standings_connected", "standings")
    op.drop_index("ix_companies_archived", "companies")
    op.drop_index("ix_companies_everywhere_nobodys", "companies")
    op.execute("drop trigger keep_changed_words on companies")
    op.execute("drop trigger keep_words on companies")
    op.execute("drop function keep_company_words()")
    op.drop_table("company_words")
