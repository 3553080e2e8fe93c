"""The data for `python -m tests.measures.scale`: statements with the number of connections as a parameter."""

FILL = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
values ('Byrån AB', 'Maria Lind', 'maria@example.se', '08-1', now());

insert into companies (public_id, firm_id, name, sort_key, organisation_number, created_at)
select 'c' || n, 1, 'Bolag ' || n || ' AB', 'bolag ' || n || ' ab', lpad(n::text, 10, '0'), now()
from generate_series(1, {number}) n;

alter table invitations disable trigger user; alter table connections disable trigger user;
alter table letters disable trigger user; alter table events disable trigger user;

insert into invitations (public_id, company_id, provider, code, status, created_at, expires_at)
select 'i' || id, id, 'visma', 'c' || id, 'connected', now(), now() from companies;

insert into grants (id, provider, state, access_token, refresh_token, holder, made_at, refreshed_at,
    refresh_tries, next_refresh_at, revoke_tries) overriding system value
select id, 'visma', 'living', '-', '-', 'person' || id || '@example.se', now(), now(), 0,
    now() + interval '1 day', 0
from companies;

insert into connections (public_id, company_id, firm_id, invitation_id, provider, status, last_read_at,
    proof, read_only, created_at, status_since, checked_at, check_tries, approver_email, cause, grant_id,
    next_check_at, untold)
select 'k' || id, id, 1, id, 'visma', case when mod(id, 10) = 0 then 'renewal_needed' else 'active' end,
    now(), 'document', false, now(), now() - interval '1 day', now(), 0, 'person' || id || '@example.se',
    case when mod(id, 10) = 0 then 'consent_ended' end, id, now() + interval '1 day', false
from companies;

insert into letters (public_id, kind, invitation_id, recipient, language, status, created_at, due_at, tries)
select 'l' || id, 'invitation', id, 'person' || id || '@example.se', 'sv', 'sent', now(), now(), 1
from invitations;

insert into letters (public_id, kind, firm_id, recipient, language, status, created_at, due_at, sent_at, tries)
values ('warning', 'warning', 1, 'maria@example.se', 'sv', 'sent', now(), now(), now(), 1);

insert into warnings (connection_id, status, cause, since, letter_id)
select k.id, k.status, k.cause, k.status_since, l.id from connections k, letters l
where k.status = 'renewal_needed' and l.public_id = 'warning';

insert into events (at, kind, actor, company_id, invitation_id, connection_id)
select now(), 'connected', 'approver', company_id, invitation_id, id from connections;

insert into events (at, kind, actor, company_id, connection_id, note)
select now(), 'document_opened', 'system', 4, 4, 'A ' || n from generate_series(1, {number} / 10) n;

insert into events (at, kind, actor, company_id, connection_id)
select now(), 'restored', 'system', 6, 6 from generate_series(1, {number} / 10);

insert into webhook_receivers (public_id, firm_id, url, description, types, created_at, last_sequence, failures)
values ('r1', 1, 'https://example.se/', 'Analys', array['connection.active'], now(), {number}, 0);

insert into webhook_messages (public_id, receiver_id, type, at, data, sequence, due_at, tries, taken_at)
select 'm' || n, 1, 'connection.active', now(), '{{}}', n, now(), 0, now()
from generate_series(1, {number} / 10) n;

insert into webhook_attempts (receiver_id, message_id, at, outcome, status, milliseconds)
select receiver_id, id, at, 'taken', 200, 30 from webhook_messages;

update standings s set
    whose = case when k.status = 'renewal_needed' then 'firm' when mod(k.id, 10) = 1 then 'approver' else 'nobody' end,
    reason = case when k.status = 'renewal_needed' then 'to_be_renewed' when mod(k.id, 10) = 1 then 'stuck'
        else 'connected' end,
    since = k.status_since - k.id * interval '1 second', connection_status = k.status, last_cause = k.cause,
    invitation_status = 'connected', provider = 'visma'
from connections k where k.company_id = s.company_id;

insert into approver_words (connection_id, word)
select id, word from connections
cross join lateral (values ('person' || id), ('example'), ('se')) words (word);

alter table invitations enable trigger user; alter table connections enable trigger user;
alter table letters enable trigger user; alter table events enable trigger user;

analyze;
"""

# States that all broken connections can be in at once: statements, each made from the state before it.
BROKEN = {
    "told today": "",
    "told long ago, nobody else to tell": """
        update letters set sent_at = now() - interval '4 days' where kind = 'warning';
        vacuum analyze letters
    """,
    "told long ago, and the deputy": """
        update firms set deputy_email = 'olle@example.se', deputy_name = 'Olle Ek';
        insert into letters (public_id, kind, firm_id, recipient, language, status, created_at, due_at, sent_at, tries)
        values ('deputy', 'warning_deputy', 1, 'olle@example.se', 'sv', 'sent', now(), now(), now(), 1);
        update warnings set deputy_letter_id = (select id from letters where public_id = 'deputy');
        vacuum analyze warnings
    """,
    "out of reach for an hour, told to nobody": """
        delete from warnings;
        vacuum analyze warnings;
        update connections set status = 'disturbed', cause = 'visma_unavailable', untold = true,
            status_since = now() - interval '1 hour', checked_at = now() where status = 'renewal_needed';
        vacuum analyze connections
    """,
    "out of reach for two days, in an outage": """
        update connections set status_since = now() - interval '2 days', checked_at = now()
            where status = 'disturbed';
        insert into outages (public_id, provider, kind, began_at, noticed_at, affected)
        values ('o1', 'visma', 'silent', now(), now(), 1000);
        vacuum analyze connections
    """,
}
