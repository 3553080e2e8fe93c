"""Revision 0016 moves every token to a grant, and back, and none is lost, doubled or left open."""

import os
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, RowMapping, text

from tests.support.postgres import TestServer
from wizard.extensions import make_engine
from wizard.migrations import running
from wizard.models import Grant
from wizard.services.crypto.vault import Vault

NAME = f"grants_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"  # workers share a server
VAULT = Vault({"k1": os.urandom(32)})
FIRM = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
values ('Byrån AB', 'Maria', 'maria@example.se', '08', now());
"""
# A company of each kind: its connection, the authorization that made it, and its consent.
COMPANY = """
insert into companies (id, public_id, firm_id, name, sort_key, organisation_number, created_at)
overriding system value values (:id, 'c' || :id, 1, 'Bolag ' || :id, 'bolag', lpad(:id || '', 10, '0'), now());
insert into invitations (id, public_id, company_id, provider, code, status, created_at, expires_at)
overriding system value values (:id, 'i' || :id, :id, 'visma', 'code' || :id, 'connected', now(), now());
insert into invitation_keys (id, invitation_id, secret_hash, purpose, made_at, step)
overriding system value values (:id, :id, decode(lpad(:id || '', 64, '0'), 'hex'), 'copied', now(), 'approve');
"""
AUTHORIZATION = """
insert into authorizations (id, invitation_id, key_id, state_hash, browser_hash, status, access_token,
    refresh_token, access_expires_at, created_at, returned_at, ended_at, next_try_at, tries)
overriding system value values (:id, :company, :company, decode(lpad(:id || '', 64, '0'), 'hex'),
    decode(lpad('1', 64, '0'), 'hex'), cast(:status as text), :access, :refresh, now() + interval '1 hour', now(), now(),
    case when cast(:status as text) = 'failed' then now() end, now(), 2)
"""
CONNECTION = """
insert into connections (id, public_id, company_id, firm_id, invitation_id, provider, status, access_token,
    refresh_token, access_expires_at, approver_email, last_read_at, proof, read_only, created_at,
    ended_at, status_since, refreshed_at, refresh_claimed_until, next_refresh_at, refresh_tries, checked_at,
    next_check_at, check_tries, next_revoke_at, revoke_tries, revoked_at)
overriding system value values (:id, 'k' || :id, :id, 1, :id, 'visma', cast(:status as text), :access, :refresh,
    now() + interval '1 hour', 'vera@example.se', now(), 'document', false, now(),
    case when cast(:status as text) = 'disconnected' then now() end, now(), now(),
    case when :claimed then now() + interval '30 seconds' end, now() + interval '50 minutes', 0, now(),
    now() + interval '1 hour', 0, case when cast(:status as text) = 'disconnected' then now() end, :tries,
    case when :revoked then now() end)
"""
CONSENT = """
insert into consents (public_id, connection_id, authorization_id, firm_name, company_name, organisation_number,
    provider, scopes, wording, approver_email, approved_at)
values ('r' || :authorization, :connection, :authorization, 'Byrån AB', 'Bolag', '1', 'visma', 's', 'w', :email,
    now())
"""
OLD_GRANT = """
insert into old_grants (id, connection_id, approver_email, refresh_token, replaced_at, next_revoke_at, revoke_tries)
overriding system value values (7, 3, 'anna@example.se', :refresh, now(), now(), 4)
"""
ACTIVE, RENEWING, REPLACED, BROKEN, ENDING, ENDED, GIVEN_UP, ENDED_BEFORE = range(1, 9)
CHECKING, FAILED = 21, 22
STATES = {
    ACTIVE: "living",
    RENEWING: "living",
    REPLACED: "living",
    BROKEN: None,
    ENDING: "to_be_revoked",
    ENDED: "revoked",
    GIVEN_UP: "dead",
    ENDED_BEFORE: None,
}
STATUSES = {ACTIVE: "active", RENEWING: "disturbed", REPLACED: "active", BROKEN: "renewal_needed"}
HOLDING = {ACTIVE, RENEWING, REPLACED, ENDING}
JOB = """
insert into procrastinate.procrastinate_jobs (queue_name, task_name, args, status)
values ('default', :task, '{}', 'todo')
"""
COMPARED = """
select {columns} from connections order by id
"""


def sealed(secret: str, place: str) -> str:
    """As the vault sealed it when the place had columns for secrets."""
    now_sealed = VAULT.seal(secret, Grant(id=1), "refresh_token")
    return VAULT.moved(now_sealed, "grants:1:refresh_token", place)


def tokens(kind: str, row: int) -> dict[str, str]:
    return {
        "access": sealed(f"access {kind} {row}", f"{kind}:{row}:access_token"),
        "refresh": sealed(f"refresh {kind} {row}", f"{kind}:{row}:refresh_token"),
    }


NOTHING = {"access": None, "refresh": None}


@pytest.fixture
def engine(server: TestServer) -> Iterator[Engine]:
    """A database as version 1.0 left it, with connections in every state."""
    engine = make_engine(server.create_empty(NAME))
    command.upgrade(running.configuration(engine), "0015")
    with engine.begin() as connection:
        _fill(connection)
    yield engine
    engine.dispose()
    server.drop(NAME)


def _fill(connection: SqlConnection) -> None:
    _run(connection, FIRM)
    for company in STATES:
        _fill_company(connection, company)
    _run(connection, AUTHORIZATION, id=11, company=REPLACED, status="succeeded", **NOTHING)
    for authorization, email in ((REPLACED, "anna@example.se"), (11, "vera@example.se")):
        consent = {"connection": REPLACED, "authorization": authorization, "email": email}
        _run(connection, CONSENT, **consent)
    old = sealed("refresh old_grants 7", "old_grants:7:refresh_token")
    _run(connection, OLD_GRANT, refresh=old)
    for authorization, status in ((CHECKING, "checking"), (FAILED, "failed")):
        held = tokens("authorizations", authorization)
        _run(connection, AUTHORIZATION, id=authorization, company=ACTIVE, status=status, **held)
    for task in ("revoke_connection", "revoke_old_grant", "finish_authorization"):
        _run(connection, JOB, task=task)


def _fill_company(connection: SqlConnection, company: int) -> None:
    _run(connection, COMPANY, id=company)
    _run(
        connection,
        CONNECTION,
        id=company,
        status=STATUSES.get(company, "disconnected"),
        claimed=company in {RENEWING, REPLACED},
        tries=3 if company in {ENDING, GIVEN_UP} else 0,
        revoked=company == ENDED,
        **(tokens("connections", company) if company in HOLDING else NOTHING),
    )
    _run(connection, AUTHORIZATION, id=company, company=company, status="succeeded", **NOTHING)
    if company != REPLACED:
        email = "vera@example.se"
        _run(connection, CONSENT, connection=company, authorization=company, email=email)


def _run(database: SqlConnection, statements: str, **facts: object) -> None:
    for statement in statements.strip().split(";\n"):
        database.execute(text(statement), facts)


def rows(engine: Engine, statement: str) -> list[RowMapping]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement)).mappings())


def opened(row: RowMapping, kind: str) -> dict[str, str | None]:
    """The tokens of a row, as whoever has it opens them."""
    places = {field: f"{kind}:{row['id']}:{field}" for field in ("access_token", "refresh_token")}
    return {
        field: VAULT._open(row[field], place) if row.get(field) else None  # noqa: SLF001
        for field, place in places.items()
    }


def up(engine: Engine) -> None:
    command.upgrade(running.configuration(engine, VAULT), "0016")


def test_every_token_has_one_grant_in_the_state_it_was_in(engine: Engine) -> None:
    up(engine)
    found = {row["id"]: row for row in rows(engine, "select * from grants")}
    connections = rows(engine, "select * from connections order by id")
    states = {
        row["id"]: found[row["grant_id"]]["state"] if row["grant_id"] else None
        for row in connections
    }
    assert states == STATES
    for row in connections:
        if states[row["id"]] == "living":
            grant = found[row["grant_id"]]
            assert opened(grant, "grants") == {
                "access_token": f"access connections {row['id']}",
                "refresh_token": f"refresh connections {row['id']}",
            }
            assert (grant["claimed_until"] is not None) is (row["id"] != ACTIVE)
    [replaced] = rows(engine, "select * from grants where holder = 'anna@example.se'")
    assert replaced["state"] == "to_be_revoked"
    assert opened(replaced, "grants")["refresh_token"] == "refresh old_grants 7"
    assert replaced["claimed_until"]  # a refresh under way when it was replaced may be of this one
    by_authorization = {
        row["id"]: row["grant_id"] for row in rows(engine, "select * from authorizations")
    }
    assert found[by_authorization[CHECKING]]["state"] == "waiting"
    assert found[by_authorization[FAILED]]["state"] == "to_be_revoked"
    assert by_authorization[REPLACED] == replaced["id"]
    secrets = [token for row in found.values() for token in opened(row, "grants").values() if token]
    assert len(secrets) == len(set(secrets)) == 11


def test_jobs_whose_tasks_are_gone_go_with_them(engine: Engine) -> None:
    up(engine)
    left = rows(engine, "select task_name from procrastinate.procrastinate_jobs")
    assert [row["task_name"] for row in left] == ["finish_authorization"]


def test_the_way_back_gives_each_token_to_the_row_it_came_from(engine: Engine) -> None:
    columns = "id, status, access_expires_at, refresh_claimed_until, refresh_tries, revoke_tries, revoked_at"
    before = rows(engine, COMPARED.format(columns=columns))
    up(engine)
    command.downgrade(running.configuration(engine, VAULT), "0015")
    after = rows(engine, COMPARED.format(columns=columns))
    ended = {ENDING, ENDED, GIVEN_UP, BROKEN, ENDED_BEFORE}  # whose access tokens nobody uses
    for was, row in zip(before, after, strict=True):
        if row["id"] not in ended:
            assert row == was
        assert (row["status"], row["revoked_at"]) == (was["status"], was["revoked_at"])
    for row in rows(engine, "select * from connections where status in ('active', 'disturbed')"):
        assert opened(row, "connections")["refresh_token"] == f"refresh connections {row['id']}"
    [ending] = rows(engine, "select * from connections where refresh_token is not null and id = 5")
    assert opened(ending, "connections")["refresh_token"] == "refresh connections 5"
    [old] = rows(engine, "select * from old_grants")
    assert old["connection_id"] == REPLACED
    assert opened(old, "old_grants")["refresh_token"] == "refresh old_grants 7"
    for row in rows(engine, "select * from authorizations where refresh_token is not null"):
        assert (
            opened(row, "authorizations")["refresh_token"] == f"refresh authorizations {row['id']}"
        )
    up(engine)
    assert len(rows(engine, "select from grants where state = 'living'")) == 3


def test_a_key_that_is_missing_stops_the_move_and_nothing_is_changed(engine: Engine) -> None:
    before = rows(engine, "select id, refresh_token from connections order by id")
    other = Vault({"k2": os.urandom(32)})
    with pytest.raises(running.KeyMissingError, match="k1"):
        command.upgrade(running.configuration(engine, other), "0016")
    assert rows(engine, "select id, refresh_token from connections order by id") == before
    up(engine)
    assert len(rows(engine, "select from grants where state = 'living'")) == 3


def test_secrets_do_not_move_without_the_keys(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="flask db upgrade"):
        command.upgrade(running.configuration(engine), "0016")
    assert len(rows(engine, "select from connections where refresh_token is not null")) == 4
