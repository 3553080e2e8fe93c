"""Keep the words of people's names and addresses, in place of indexes that grow slower with every row found."""

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None
serves = "0026"  # triggers keep the words, whoever writes

SPLIT = r"regexp_split_to_table(lower(concat_ws(' ', {columns})), '[\t-\r !-/:-@\[-`|~]+')"
# The table of words, whose they are, the table of these, and the columns with a name or an address.
PEOPLE = (
    ("contact_words", "contact_id", "contacts", ("name", "email")),
    ("approver_words", "connection_id", "connections", ("approver_name", "approver_email")),
)
INDEXED = (
    ("companies", "name"),
    ("contacts", "name"),
    ("contacts", "email"),
    ("connections", "approver_name"),
    ("connections", "approver_email"),
)


def listed(columns, row):
    return ", ".join(f"{row}.{column}" for column in columns)


def fill(words, owner, owners, columns):
    return f"""
insert into {words} ({owner}, word)
select distinct {owners}.id, word
from {owners} cross join lateral {SPLIT.format(columns=listed(columns, owners))} word
where word <> ''
"""


def triggers(words, owner, owners, columns):
    return f"""
create function keep_{words}() returns trigger language plpgsql as $$
begin
    delete from {words} where {owner} = new.id;
    insert into {words} ({owner}, word)
    select distinct new.id, word
    from {SPLIT.format(columns=listed(columns, "new"))} word where word <> '';
    return null;
end $$;

create trigger keep_words after insert on {owners}
    for each row execute function keep_{words}();
create trigger keep_changed_words after update of {", ".join(columns)} on {owners} for each row
    when (({listed(columns, "old")}) is distinct from ({listed(columns, "new")}))
    execute function keep_{words}();
"""


def upgrade():
    for words, owner, owners, columns in PEOPLE:
        op.create_table(
            words,
            sa.Column(owner, sa.BigInteger(), nullable=False),
            sa.Column("word", sa.Text(collation="C"), nullable=False),
            sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
            sa.ForeignKeyConstraint(
                [owner], [f"{owners}.id"], name=f"fk_{words}_{owner}_{owners}", ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("id", name=f"pk_{words}"),
            sa.UniqueConstraint(owner, "word", name=f"uq_{words}_{owner}_word"),
        )
        op.execute(triggers(words, owner, owners, columns))
        op.execute(fill(words, owner, owners, columns))
        op.create_index(f"ix_{words}_word", words, ["word", owner])
    for table, column in INDEXED:
        op.drop_index(f"ix_{table}_{column}_words", table)


def downgrade():
    for table, column in INDEXED:
        apart = f"translate({column}, './-&+@_', '       ')"
        op.create_index(
            f"ix_{table}_{column}_words",
            table,
            [sa.text(f"to_tsvector('simple'::regconfig, {apart})")],
            postgresql_using="gin",
        )
    for words, _owner, owners, _columns in reversed(PEOPLE):
        op.execute(f"drop trigger keep_changed_words on {owners}")
        op.execute(f"drop trigger keep_words on {owners}")
        op.execute(f"drop function keep_{words}()")
        op.drop_table(words)
