"""What the databases of `python -m tests.scale` hold: statements, with the number of connections left open."""

FILL = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
values ('Byrån AB', 'Maria Lind', 'maria@example.se', '08-1', now());

insert into companies (public_id, firm_id, name, sort_key, organisation_number, created_at)
select 'c' || n, 1, 'Bolag ' || n || ' AB', 'bolag ' || n || ' ab', lpad(n::text, 10, '0'), now()
from generate_series(1, {number}) n;

insert into invitations (public_id, company_id, provider, code, status, created_at, expires_at)
select 'i' || id, id, 'visma', 'c' || id, 'connected', now(), now() from companies;

insert into connections (public_id, company_id, firm_id, invitation_id, provider, status, last_read_at,
    proof, read_only, created_at, status_since, refreshed_at, refresh_tries, checked_at, check_tries,
    revoke_tries, approver_email, cause, refresh_token, next_check_at, next_refresh_at)
select 'k' || id, id, 1, id, 'visma', case when mod(id, 10) = 0 then 'renewal_needed' else 'active' end,
    now(), 'document', false, now(), now() - interval '1 day', now(), 0, now(), 0, 0, 'person' || id || '@example.se',
    case when mod(id, 10) = 0 then 'consent_ended' end, '-', now() + interval '1 day', now() + interval '1 day'
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

analyze;
"""
