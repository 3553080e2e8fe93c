"""Create standings, their marks and their counts, and the triggers that keep them.

Each company gets a row that is not sorted yet, and a mark; the worker sorts them, some hundred at a time.
"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None
serves = "0026"  # what it writes is marked by the triggers, and sorted by the worker

FUNCTIONS = """
create function begin_standing() returns trigger language plpgsql as $$
begin
    insert into standings (company_id, firm_id, sort_key, whose, reason, since)
    values (new.id, new.firm_id, new.sort_key, 'firm', 'not_invited', new.created_at);
    return null;
end $$;

create function follow_company() returns trigger language plpgsql as $$
begin
    update standings set firm_id = new.firm_id, sort_key = new.sort_key where company_id = new.id;
    insert into standing_marks (transaction, company_id)
    values (pg_current_xact_id()::text::bigint, new.id)
    on conflict do nothing;
    return null;
end $$;

create function mark_company() returns trigger language plpgsql as $$
begin
    insert into standing_marks (transaction, company_id)
    values (pg_current_xact_id()::text::bigint, coalesce(new.company_id, old.company_id))
    on conflict do nothing;
    return null;
end $$;

create function mark_invited_company() returns trigger language plpgsql as $$
begin
    insert into standing_marks (transaction, company_id)
    select pg_current_xact_id()::text::bigint, company_id from invitations
    where id = coalesce(new.invitation_id, old.invitation_id)
    on conflict do nothing;
    return null;
end $$;

create function count_standings() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into standing_counts (day, firm_id, whose, reason, number)
        select (now() at time zone 'Europe/Stockholm')::date, firm.id, whose, reason, count(*)
        from after_it cross join lateral (values (firm_id), (0)) firm (id)
        group by firm.id, whose, reason;
    elsif tg_op = 'DELETE' then
        insert into standing_counts (day, firm_id, whose, reason, number)
        select (now() at time zone 'Europe/Stockholm')::date, firm.id, whose, reason, -count(*)
        from before_it cross join lateral (values (firm_id), (0)) firm (id)
        group by firm.id, whose, reason;
    else
        insert into standing_counts (day, firm_id, whose, reason, number, broke, mended)
        select (now() at time zone 'Europe/Stockholm')::date, firm.id, whose, reason,
            sum(number), count(*) filter (where broke), count(*) filter (where mended)
        from (
            select one.firm_id, one.whose, one.reason, 1 as number,
                one.connection_status in ('renewal_needed', 'disturbed', 'our_fault')
                and earlier.connection_status is not distinct from 'active' as broke,
                one.connection_status is not distinct from 'active'
                and earlier.connection_status in ('renewal_needed', 'disturbed', 'our_fault') as mended
            from after_it one join before_it earlier using (company_id)
            union all select firm_id, whose, reason, -1, false, false from before_it
        ) moved cross join lateral (values (firm_id), (0)) firm (id)
        group by firm.id, whose, reason
        having sum(number) <> 0 or coalesce(bool_or(broke or mended), false);
    end if;
    return null;
end $$;
"""
# What of each table decides whose move it is; a check that only moves the next one marks nothing,
# unless it had been late.
LATE = "interval '6 hours'"
TRIGGERS = f"""
create trigger begin_standing after insert on companies
    for each row execute function begin_standing();
create trigger follow_company after update of firm_id, sort_key, archived_at on companies
    for each row when ((old.firm_id, old.sort_key, old.archived_at)
        is distinct from (new.firm_id, new.sort_key, new.archived_at))
    execute function follow_company();

create trigger mark_connection after insert or delete on connections
    for each row execute function mark_company();
create trigger mark_changed_connection after update on connections for each row
    when ((old.status, old.cause, old.status_since, old.ended_at, old.approver_is_consultant, old.grant_id)
        is distinct from
        (new.status, new.cause, new.status_since, new.ended_at, new.approver_is_consultant, new.grant_id)
        or (old.next_check_at is distinct from new.next_check_at
            and old.next_check_at < now() - {LATE}))
    execute function mark_company();

create trigger mark_invitation after insert or delete on invitations
    for each row execute function mark_company();
create trigger mark_changed_invitation after update on invitations for each row
    when ((old.status, old.expires_at, old.started_at, old.ended_at, old.renews_id)
        is distinct from (new.status, new.expires_at, new.started_at, new.ended_at, new.renews_id))
    execute function mark_company();

create trigger mark_key after insert or delete on invitation_keys
    for each row execute function mark_invited_company();
create trigger mark_changed_key after update on invitation_keys for each row
    when (old.step is distinct from new.step)
    execute function mark_invited_company();

create trigger mark_authorization after insert or delete on authorizations
    for each row execute function mark_invited_company();
create trigger mark_changed_authorization after update on authorizations for each row
    when ((old.status, old.cause, old.next_try_at, old.ended_at, old.returned_at)
        is distinct from (new.status, new.cause, new.next_try_at, new.ended_at, new.returned_at))
    execute function mark_invited_company();

create trigger mark_new_letter after insert on letters for each row
    when (new.invitation_id is not null) execute function mark_invited_company();
create trigger mark_old_letter after delete on letters for each row
    when (old.invitation_id is not null) execute function mark_invited_company();
create trigger mark_changed_letter after update on letters for each row
    when (new.invitation_id is not null and (old.status, old.due_at, old.sent_at)
        is distinct from (new.status, new.due_at, new.sent_at))
    execute function mark_invited_company();

create trigger mark_new_event after insert on events for each row
    when (new.invitation_id is not null and new.kind <> 'document_opened')
    execute function mark_company();
create trigger mark_old_event after delete on events for each row
    when (old.invitation_id is not null and old.kind <> 'document_opened')
    execute function mark_company();

create trigger count_new_standings after insert on standings
    referencing new table as after_it for each statement execute function count_standings();
create trigger count_old_standings after delete on standings
    referencing old table as before_it for each statement execute function count_standings();
create trigger count_changed_standings after update on standings
    referencing old table as before_it new table as after_it
    for each statement execute function count_standings();
"""
FILL = (
    "insert into standings (company_id, firm_id, sort_key, whose, reason, since)"
    " select id, firm_id, sort_key, 'nobody', 'unsorted', created_at from companies",
    "insert into standing_marks (transaction, company_id) select 0, id from companies",
)
INDEXES = {
    "sort_key": ["sort_key"],
    "firm_id_sort_key": ["firm_id", "sort_key"],
    "whose": ["whose", "sort_key"],
    "firm_id_whose": ["firm_id", "whose", "sort_key"],
    "reason": ["reason", "sort_key"],
    "firm_id_reason": ["firm_id", "reason", "sort_key"],
    "last_cause": ["last_cause", "sort_key"],
    "connection_status": ["connection_status", "sort_key"],
    "invitation_status": ["invitation_status", "sort_key"],
    "step": ["step", "sort_key"],
    "since": ["since"],
    "firm_id_since": ["firm_id", "since"],
    "whose_since": ["whose", "since"],
    "firm_id_whose_since": ["firm_id", "whose", "since"],
    "reason_since": ["reason", "since"],
}
TABLES = {
    "companies": ["begin_standing", "follow_company"],
    "connections": ["mark_connection", "mark_changed_connection"],
    "invitations": ["mark_invitation", "mark_changed_invitation"],
    "invitation_keys": ["mark_key", "mark_changed_key"],
    "authorizations": ["mark_authorization", "mark_changed_authorization"],
    "letters": ["mark_new_letter", "mark_old_letter", "mark_changed_letter"],
    "events": ["mark_new_event", "mark_old_event"],
}


def _id():
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _word(name, kind, *, nullable=False):
    kind = sa.Enum(name=kind, native_enum=False, length=32)
    return sa.Column(name, kind, nullable=nullable)


def _flag(name):
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))


def upgrade():
    op.create_table(
        "standings",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        _word("whose", "whose"),
        _word("reason", "movereason"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _word("step", "step", nullable=True),
        sa.Column("last_cause", sa.String(), nullable=True),
        _word("connection_status", "connectionstatus", nullable=True),
        _word("invitation_status", "invitationstatus", nullable=True),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("consultant", sa.Boolean(), nullable=True),
        _flag("renewal_begun"),
        sa.Column("recheck_at", sa.DateTime(timezone=True), nullable=True),
        _id(),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_standings_company_id_companies",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_standings"),
        sa.UniqueConstraint("company_id", name="uq_standings_company_id"),
    )
    op.create_table(
        "standing_marks",
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        _id(),
        sa.PrimaryKeyConstraint("id", name="pk_standing_marks"),
        sa.UniqueConstraint(
            "transaction", "company_id", name="uq_standing_marks_transaction_company_id"
        ),
    )
    op.create_table(
        "standing_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        _word("whose", "whose"),
        _word("reason", "movereason"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("broke", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("mended", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        _flag("folded"),
        _id(),
        sa.PrimaryKeyConstraint("id", name="pk_standing_counts"),
    )
    op.create_index("ix_standing_counts_firm_id", "standing_counts", ["firm_id", "whose", "reason"])
    op.create_index(
        "ix_standing_counts_unfolded",
        "standing_counts",
        ["id"],
        postgresql_where=sa.text("not folded"),
    )
    op.create_index(
        "uq_standing_counts_folded",
        "standing_counts",
        ["day", "firm_id", "whose", "reason"],
        unique=True,
        postgresql_where=sa.text("folded"),
    )
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)
    for statement in FILL:
        op.execute(statement)
    for name, columns in INDEXES.items():
        op.create_index(f"ix_standings_{name}", "standings", [*columns, "company_id"])
    for name in ("consultant", "renewal_begun"):
        op.create_index(
            f"ix_standings_{name}",
            "standings",
            ["sort_key", "company_id"],
            postgresql_where=sa.text(name),
        )
    op.create_index(
        "ix_standings_recheck_at",
        "standings",
        ["recheck_at"],
        postgresql_where=sa.text("recheck_at is not null"),
    )
    op.create_index(
        "ix_letters_bounced_to_staff",
        "letters",
        ["created_at"],
        postgresql_where=sa.text("status = 'bounced' and invitation_id is null"),
    )
    living = sa.text("status <> 'disconnected'")
    op.create_index(
        "ix_connections_last_read_at",
        "connections",
        ["last_read_at", "id"],
        postgresql_where=living,
    )
    op.create_index(
        "ix_connections_firm_id_last_read_at",
        "connections",
        ["firm_id", "last_read_at", "id"],
        postgresql_where=living,
    )


def downgrade():
    op.drop_index("ix_letters_bounced_to_staff", "letters")
    op.drop_index("ix_connections_firm_id_last_read_at", "connections")
    op.drop_index("ix_connections_last_read_at", "connections")
    for table, triggers in TABLES.items():
        for trigger in triggers:
            op.execute(f"drop trigger {trigger} on {table}")
    op.drop_table("standing_counts")
    op.drop_table("standing_marks")
    op.drop_table("standings")
    for function in (
        "begin_standing",
        "follow_company",
        "mark_company",
        "mark_invited_company",
        "count_standings",
    ):
        op.execute(f"drop function {function}()")
