"""A real read of a connection: what is noticed, what is told, and what is left alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.minting import APPROVER, connect
from tests.support.second_reading import LATER, check_later, check_twice
from tests.support.standin import StandIn
from tests.support.traveller import HERS
from wizard.causes import Cause
from wizard.models import Actor, Company, Connection, ConnectionStatus, Event, EventKind, now
from wizard.providers.base import Provider
from wizard.providers.companies import CompanySettings
from wizard.providers.deadline import Deadline
from wizard.services import connection_status
from wizard.services.connections.health import check, check_now
from wizard.services.connections.reading import read_company
from wizard.services.context import ProviderContext

ACTIVE, DISTURBED, RENEWAL_NEEDED = (
    ConnectionStatus.ACTIVE,
    ConnectionStatus.DISTURBED,
    ConnectionStatus.RENEWAL_NEEDED,
)


@pytest.fixture
def connection(visma_app: Flask, visma: StandIn, database: Session) -> Connection:
    """A connection that lives at the stand-in."""
    [connection_id] = connect(visma_app, visma)
    return database.get_one(Connection, connection_id)


def test_green_means_read_with_the_time(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    before = connection.last_read_at
    visma.clear_counters()
    assert check_now(context, connection.id) is ACTIVE
    database.refresh(connection)
    assert connection.last_read_at > before
    assert connection.approver_is_consultant is False
    assert connection.next_check_at
    assert timedelta(minutes=50) < connection.next_check_at - now() <= timedelta(minutes=60)
    read = {name for name, number in visma.counters().items() if number == 1}
    assert {"api:companysettings", "api:vouchers", "api:attachments", "api:users"} <= read


@pytest.mark.parametrize(
    ("event", "person", "company", "cause"),
    [
        ("user_inactive", APPROVER, None, Cause.APPROVER_GONE),
        ("user_removed", APPROVER, None, Cause.APPROVER_GONE),
        ("permission_lost", APPROVER, None, Cause.APPROVER_GONE),
        ("company_inactive", None, HERS, Cause.COMPANY_INACTIVE),
        ("module_off", None, HERS, Cause.MODULE_MISSING),
        ("consent_removed", APPROVER, HERS, Cause.CONSENT_ENDED),
        ("password_changed", APPROVER, None, Cause.CONSENT_ENDED),
    ],
)
def test_what_a_person_must_do_something_about_is_noticed(
    context: ProviderContext,
    connection: Connection,
    visma: StandIn,
    database: Session,
    event: str,
    person: str | None,
    company: str | None,
    cause: Cause,
) -> None:
    visma.happens(event, person, company)
    first = check(context, connection.id)
    assert (first.status, first.cause, first.read, first.doubted) == (ACTIVE, None, False, True)
    assert _events(database, EventKind.RENEWAL_NEEDED) == []
    found = check_later(context, connection.id)
    assert (found.status, found.cause, found.read) == (RENEWAL_NEEDED, cause, False)
    assert [event.cause for event in _events(database, EventKind.RENEWAL_NEEDED)] == [cause]
    assert not check_later(context, connection.id).doubted
    assert len(_events(database, EventKind.RENEWAL_NEEDED)) == 1


def test_what_was_mended_at_the_provider_is_active_by_itself(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.happens("permission_lost", APPROVER)
    assert check_twice(context, connection.id).status is RENEWAL_NEEDED
    database.refresh(connection)
    assert connection.provider_code == "4007"
    assert connection.next_check_at
    assert connection.next_check_at - now() < timedelta(minutes=13)
    visma.happens("permission_given", APPROVER)
    assert check_now(context, connection.id) is ACTIVE
    database.refresh(connection)
    assert not any([connection.cause, connection.provider_code])
    assert _events(database, EventKind.RESTORED)


def test_a_company_that_is_read_only_works_with_a_remark(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    for event, remark in (("company_read_only", True), ("company_active", False)):
        visma.happens(event, company=HERS)
        assert check_now(context, connection.id) is ACTIVE
        database.refresh(connection)
        assert connection.read_only is remark


def test_a_company_with_another_number_than_ours_is_the_wrong_one(
    context: ProviderContext, connection: Connection, database: Session
) -> None:
    database.get_one(Company, connection.company_id).organisation_number = "5560125790"
    database.commit()
    assert check_twice(context, connection.id).cause is Cause.WRONG_COMPANY


@pytest.mark.parametrize(
    ("kind", "value"), [("status", 503), ("html", 0), ("close", 0), ("error_code", 5000)]
)
def test_an_outage_is_a_disturbance_that_heals(
    context: ProviderContext, connection: Connection, visma: StandIn, kind: str, value: int
) -> None:
    visma.fail("companysettings", kind, value)
    found = check(context, connection.id)
    assert (found.status, found.cause) == (DISTURBED, Cause.PROVIDER_UNAVAILABLE)
    assert (found.read, found.away) == (False, True)
    visma.heal()
    assert check_now(context, connection.id) is ACTIVE


def test_an_outage_is_tried_ever_more_seldom_but_within_minutes(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.fail("vouchers", "status", 503)
    waits = []
    for _ in range(6):
        check(context, connection.id)
        database.refresh(connection)
        assert connection.next_check_at
        waits.append(connection.next_check_at - now())
    assert waits[0] < timedelta(minutes=2) < waits[2] < waits[5] < timedelta(minutes=13)


def test_asking_too_often_disturbs_nothing_until_it_has_gone_on_for_hours(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.fail("companysettings", "error_code", 4010)
    found = check(context, connection.id)
    assert (found.status, found.read, found.away) == (ACTIVE, False, False)
    connection.last_read_at = now() - timedelta(hours=4)
    database.commit()
    assert check_now(context, connection.id) is DISTURBED


def test_a_fault_of_ours_asks_nobody_to_renew(
    context: ProviderContext, connection: Connection, visma: StandIn
) -> None:
    visma.fail("companysettings", "error_code", 4034)
    found = check(context, connection.id)
    assert (found.status, found.cause) == (ConnectionStatus.OUR_FAULT, Cause.OUR_CONFIGURATION)


def test_a_refused_token_is_replaced_before_anything_is_told(
    context: ProviderContext, connection: Connection, visma: StandIn
) -> None:
    visma.configure(clock_offset=4000)  # the access token has ended, for Visma alone
    assert check_now(context, connection.id) is ACTIVE
    assert visma.counters()["token:refresh_token"] == 1


def test_after_months_without_a_read_everything_is_read_again(
    context: ProviderContext, connection: Connection, visma: StandIn
) -> None:
    months = timedelta(days=200)
    visma.configure(clock_offset=int(months.total_seconds()))
    with time_machine.travel(now() + months):
        assert check_now(context, connection.id) is ACTIVE


def _renewed(session: Session, connection: Connection) -> None:
    connection_status.renew(session, connection)


def _ended(session: Session, connection: Connection) -> None:
    connection_status.end(session, connection, actor=Actor.SYSTEM)


def _checked(session: Session, connection: Connection) -> None:
    connection.checked_at = now()


@pytest.mark.parametrize(
    ("happen", "left"),
    [(_renewed, ACTIVE), (_checked, ACTIVE), (_ended, ConnectionStatus.DISCONNECTED)],
)
def test_a_stale_verdict_is_not_written_over_what_has_happened_meanwhile(
    context: ProviderContext,
    connection: Connection,
    visma: StandIn,
    database: Session,
    monkeypatch: pytest.MonkeyPatch,
    happen: Callable[[Session, Connection], None],
    left: ConnectionStatus,
) -> None:
    def slow_read(provider: Provider, token: str, deadline: Deadline) -> CompanySettings:
        happen(database, connection)
        database.commit()
        return read_company(provider, token, deadline)

    visma.happens("permission_lost", APPROVER)
    monkeypatch.setattr("wizard.services.connections.health.read_company", slow_read)
    assert check_now(context, connection.id) is left
    database.refresh(connection)
    assert connection.status is left


def test_what_is_broken_is_read_again_ever_more_seldom_within_hours(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.happens("permission_lost", APPROVER)
    check_twice(context, connection.id)
    waits = []
    for _ in range(9):
        check(context, connection.id)
        database.refresh(connection)
        assert connection.next_check_at
        waits.append(connection.next_check_at - now())
    assert waits[0] < timedelta(minutes=13)
    assert timedelta(hours=4) < waits[-1] < timedelta(hours=8)


@pytest.mark.parametrize(
    ("endpoint", "fault"),
    [
        ("companysettings", {"kind": "left_out", "word": "CorporateIdentityNumber"}),
        ("companysettings", {"kind": "error_code", "value": 4004}),
        ("vouchers", {"kind": "error_code", "value": 4007}),
        ("token", {"kind": "oauth_error", "word": "invalid_grant"}),
    ],
)
def test_what_the_second_reading_does_not_confirm_was_never_there(
    context: ProviderContext,
    connection: Connection,
    visma: StandIn,
    database: Session,
    endpoint: str,
    fault: dict[str, Any],
) -> None:
    if endpoint == "token":
        visma.configure(clock_offset=4000)  # the access token has ended
    visma.fail(endpoint, **fault)
    for _ in range(3):  # as when somebody presses the button again and again
        assert check(context, connection.id).doubted
    database.refresh(connection)
    assert connection.next_check_at
    assert timedelta(minutes=2) < connection.next_check_at - now() < LATER
    visma.heal()
    found = check_later(context, connection.id)
    assert (found.status, found.read, found.doubted) == (ACTIVE, True, False)
    database.refresh(connection)
    assert connection.doubted_at is None
    assert {event.kind for event in database.scalars(select(Event))} <= {EventKind.CONNECTED}


def test_another_cause_begins_another_doubt_and_an_outage_none(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.fail("companysettings", "error_code", 4004)
    check(context, connection.id)
    with time_machine.travel(now() + LATER, tick=True):
        visma.fail("vouchers", "error_code", 4007)
        assert check_now(context, connection.id) is ACTIVE
        visma.fail("companysettings", "status", 503)
        assert check_now(context, connection.id) is DISTURBED
    with time_machine.travel(now() + 2 * LATER, tick=True):
        visma.fail("vouchers", "error_code", 4007)
        assert check_now(context, connection.id) is RENEWAL_NEEDED


def test_a_number_that_is_missing_says_less_than_a_number_that_is_another(
    context: ProviderContext, connection: Connection, visma: StandIn
) -> None:
    visma.fail("companysettings", "left_out", word="CorporateIdentityNumber")
    for minutes in range(0, 30, 5):
        with time_machine.travel(now() + timedelta(minutes=minutes), tick=True):
            assert check_now(context, connection.id) is ACTIVE
    with time_machine.travel(now() + timedelta(minutes=31), tick=True):
        found = check(context, connection.id)
    assert (found.status, found.cause) == (RENEWAL_NEEDED, Cause.NUMBER_MISSING)


def test_a_check_by_hand_is_a_line_in_the_history(
    context: ProviderContext, connection: Connection, database: Session
) -> None:
    check_now(context, connection.id)
    assert _events(database, EventKind.CHECKED_BY_HAND) == []
    check(context, connection.id, actor=Actor.PLATFORM)
    [event] = _events(database, EventKind.CHECKED_BY_HAND)
    assert event.actor is Actor.PLATFORM


def _events(database: Session, kind: EventKind) -> list[Event]:
    database.expire_all()
    return list(database.scalars(select(Event).where(Event.kind == kind)))
