"""The migration that gives people at clients rows of their own, there and back, on what was stored before."""

import os
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from tests.support.postgres import TestServer
from wizard.extensions import make_engine
from wizard.migrations import running

BEFORE, CONTACTS = "0015", "0018"

STORED = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
select name, 'Britta Berg', 'britta@example.com', '08-123 45 67', now()
from unnest(array['Byrån AB', 'Andra AB']) as name;

insert into companies (public_id, firm_id, name, sort_key, organisation_number, created_at)
select 'c' || id, id, 'Bolaget', 'bolaget', '5591234561', now() from firms;

insert into invitations (public_id, company_id, provider, code, status, created_at, expires_at)
select 'i' || id, id, 'visma', 'abcde' || id, 'connected', now(), now() from companies;

insert into letters (public_id, kind, firm_id, invitation_id, recipient, recipient_name, language,
                     status, created_at, due_at, tries)
select 'l' || number, kind, firm, firm, recipient, name, language, 'sent', now(), now(), 1
from (values
    (1, 'invitation', 1, 'Anna@example.com', 'Anna', 'sv'),
    (2, 'reminder', 1, 'anna@example.com', 'Anna Ek', 'sv'),
    (3, 'link_again', 1, 'anna@example.com', null, 'en'),
    (4, 'hand_over', 1, 'bo@example.com', null, 'sv'),
    (5, 'invitation', 2, 'anna@example.com', 'Anna', 'sv'),
    (6, 'reminder', 1, '', null, 'sv'),
    (7, 'done', 1, 'olga@example.com', 'Olga Ek', 'sv'),
    (8, 'receipt', 1, 'vera@example.com', null, 'sv')
) as letter (number, kind, firm, recipient, name, language);

insert into letters (public_id, kind, recipient, language, status, created_at, due_at, tries)
values ('l9', 'outage', 'drift@example.com', 'sv', 'sent', now(), now(), 1);

insert into invitation_keys (invitation_id, secret_hash, purpose, made_at, letter_id, step)
select 1, sha256(convert_to(purpose || coalesce(letter, 0), 'utf8')), purpose, now(), letter, 'approve'
from (values (3, 'mailed'), (4, 'handed_over'), (6, 'mailed'), (null, 'copied'))
    as key (letter, purpose);
"""

# A connection with a consent by each link: of a letter, of another's, of a forgotten one, copied.
CONSENTS = """
insert into connections (public_id, company_id, firm_id, invitation_id, provider, status, last_read_at,
    proof, read_only, created_at, status_since, refreshed_at, refresh_tries, checked_at, check_tries,
    revoke_tries)
values ('k1', 1, 1, 1, 'visma', 'disconnected', now(), 'empty', false, now(), now(), now(), 0, now(),
    0, 0);

insert into authorizations (invitation_id, key_id, state_hash, browser_hash, status, created_at, tries)
select 1, id, secret_hash, secret_hash, 'succeeded', now(), 0 from invitation_keys;

insert into consents (public_id, connection_id, authorization_id, firm_name, company_name,
    organisation_number, provider, scopes, wording, approved_at)
select 'consent' || id, 1, id, '', '', '', 'visma', '', '', now() from authorizations;

update letters set consent_id = (select max(id) from consents) where public_id = 'l8';
"""

PEOPLE = "select firm_id, email, name, language from contacts order by id"
LETTERS = "select public_id, recipient, recipient_name, language from letters order by id"
WHOSE = """
select contacts.firm_id || ' ' || lower(contacts.email) from {0}
left join contacts on contacts.id = {0}.contact_id order by {0}.id
"""
NAME = f"contacts_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"  # workers share a server


@pytest.fixture
def engine(server: TestServer) -> Iterator[Engine]:
    """A database as version 1.0 left it, before contacts."""
    engine = make_engine(server.create_empty(NAME))
    command.upgrade(running.configuration(engine), BEFORE)
    with engine.begin() as connection:
        connection.execute(text(STORED))
        connection.execute(text(CONSENTS))
    yield engine
    engine.dispose()
    server.drop(NAME)


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def whose(engine: Engine, table: str) -> list[object]:
    """The contact that each row points to, as her firm and address."""
    return [name for (name,) in rows(engine, WHOSE.format(table))]


def check_contacts(engine: Engine) -> None:
    assert set(rows(engine, PEOPLE)) == {
        (1, "Anna@example.com", "Anna Ek", "en"),
        (1, "bo@example.com", None, "sv"),
        (1, "vera@example.com", None, "sv"),
        (2, "anna@example.com", "Anna", "sv"),
    }
    anna, bo, vera = "1 anna@example.com", "1 bo@example.com", "1 vera@example.com"
    elsewhere = "2 anna@example.com"
    assert whose(engine, "letters") == [anna, anna, anna, bo, elsewhere, None, None, vera, None]
    assert whose(engine, "invitation_keys") == [anna, bo, None, None]
    assert whose(engine, "consents") == [anna, bo, None, vera]


def test_who_was_written_to_becomes_contacts_and_goes_back_to_letters(engine: Engine) -> None:
    configuration = running.configuration(engine)
    stored = rows(engine, LETTERS)
    command.upgrade(configuration, CONTACTS)
    check_contacts(engine)
    revision = ScriptDirectory.from_config(configuration).get_revision(CONTACTS)
    assert isinstance(revision.down_revision, str)
    command.downgrade(configuration, revision.down_revision)
    assert rows(engine, LETTERS) == stored
    command.upgrade(configuration, CONTACTS)
    check_contacts(engine)
