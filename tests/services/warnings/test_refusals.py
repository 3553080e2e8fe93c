"""Many that are refused at once are an outage: nothing is ended, one letter to us, none to the firms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Semaphore
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.services.warnings.conftest import US
from tests.support.grants import make_grants_due
from tests.support.letters import check_letter
from tests.support.mail_server import MailServer, send_due, text_of
from tests.support.minting import APPROVER, connect
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from wizard.causes import Cause
from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    Event,
    EventKind,
    Grant,
    GrantState,
    Outage,
    OutageKind,
    now,
)
from wizard.services.connections import rounds
from wizard.services.context import ProviderContext
from wizard.services.throttling import pacing
from wizard.services.throttling.pacing import Work
from wizard.services.warnings import firm_warnings, operator_alerts, outages, refusals
from wizard.wiring.providers import provider_context

NUMBER = "CorporateIdentityNumber"
PATIENCE, RATE = 240.0, 60_000
MINUTE, NEVER = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Night:
    """The background's work on many connections, at moments after the beginning."""

    app: Flask
    context: ProviderContext
    session: Session

    def passes(self, after: timedelta, *works: Work) -> None:
        """What is due then is read or refreshed, and who is to be told is told."""
        with time_machine.travel(now() + after, tick=True):
            for work in works or (Work.CHECK,):
                rounds.go_round(self.context, work, PATIENCE)
            self.session.rollback()
            outages.watch(self.session, ["visma"], US)
            operator_alerts.watch(self.session, US)
            firm_warnings.tell(self.session)
            send_due(self.app)

    def count(self, status: ConnectionStatus) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count(Connection.id)).filter_by(status=status)) or 0

    def events(self) -> list[EventKind]:
        self.session.rollback()
        return list(self.session.scalars(select(Event.kind).where(Event.connection_id > 0)))


ACTIVE, RENEWAL = ConnectionStatus.ACTIVE, ConnectionStatus.RENEWAL_NEEDED


@pytest.fixture
def app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with a mail server, and a stand-in that counts no calls."""
    visma.configure(rate_limit=RATE)
    return make_app(**visma.settings, **mail_server.settings, visma_rate_limit=RATE)


@pytest.fixture
def night(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A night in which those that are tried of an outage are tried without a pause."""
    monkeypatch.setattr(pacing, "PROBE_EVERY", timedelta(milliseconds=5))
    monkeypatch.setattr(rounds, "LINGER", PATIENCE)
    # So few that each has a connection to the database, without a pace too.
    few = {work: Semaphore(4) for work in Work}
    monkeypatch.setattr("wizard.services.connections.rounds._free", few)
    with app.app_context():
        return Night(app, provider_context("visma", background=True), session)


def of_many(session: Session) -> None:
    """Let each connection be given by a person of its own. Commits."""
    address = func.concat("p", Connection.id, "@example.com")
    session.execute(update(Connection).values(approver_email=address))
    session.execute(update(Grant).values(holder=func.concat("p", Grant.id, "@example.com")))
    session.commit()


def outages_of(session: Session) -> list[Outage]:
    session.rollback()
    return list(session.scalars(select(Outage).order_by(Outage.id)))


def test_settings_without_a_number_for_four_hundred_end_none_and_the_one_that_changed_is_told(
    night: Night, app: Flask, visma: StandIn, session: Session, mail_server: MailServer
) -> None:
    made = connect(app, visma, 400)
    changed = session.get_one(Connection, made[200])
    session.get_one(Company, changed.company_id).organisation_number = "5560125790"
    session.commit()
    visma.fail("companysettings", "left_out", word=NUMBER)
    night.passes(timedelta(0))
    assert night.count(ACTIVE) == 400
    [outage] = outages_of(session)
    assert (outage.kind, outage.affected, outage.ended_at) == (OutageKind.REFUSED, 400, None)
    visma.heal()
    night.passes(2 * MINUTE)
    night.passes(LATER)
    assert (night.count(ACTIVE), night.count(RENEWAL)) == (400, 0)
    assert all(outage.ended_at for outage in outages_of(session))
    assert night.events() == []
    [letter] = mail_server.letters
    assert letter["To"] == US.email
    night.passes(2 * LATER)
    session.refresh(changed)
    assert (changed.status, changed.cause) == (RENEWAL, Cause.WRONG_COMPANY)
    night.passes(2 * LATER + 11 * MINUTE)
    assert (night.count(ACTIVE), night.count(RENEWAL)) == (399, 1)
    assert night.events() == [EventKind.RENEWAL_NEEDED, EventKind.WARNED]
    assert [one["To"] for one in mail_server.letters] == [
        US.email,
        "Britta Berg <britta@example.com>",
    ]


def test_grants_refused_for_all_for_some_seconds_live_on(
    night: Night, app: Flask, visma: StandIn, session: Session, mail_server: MailServer
) -> None:
    connect(app, visma, 40, next_refresh_at=now(), next_check_at=now() + NEVER)
    of_many(session)
    visma.fail("token", "oauth_error", word="invalid_grant")
    night.passes(timedelta(0), Work.REFRESH)
    visma.heal()
    night.passes(LATER, Work.REFRESH)
    assert night.count(ACTIVE) == 40
    assert session.scalars(select(Grant.state).distinct()).all() == [GrantState.LIVING]
    assert session.scalar(select(func.count(Grant.doubted_at))) == 0
    assert "refresh_token_reuse" not in visma.counters()
    night.passes(LATER + MINUTE)
    assert all(outage.ended_at for outage in outages_of(session))
    assert [one["To"] for one in mail_server.letters] == [US.email]


def test_after_an_hour_what_is_still_refused_is_believed_and_told(
    night: Night, app: Flask, visma: StandIn, session: Session, mail_server: MailServer
) -> None:
    connect(app, visma, 12)
    visma.fail("companysettings", "error_code", 4004)
    for minutes in range(0, 60, 6):
        night.passes(minutes * MINUTE)
        assert night.count(ACTIVE) == 12
    [letter] = mail_server.letters
    check_letter(letter, "sv")
    [outage] = outages_of(session)
    assert refusals.held_until(outage) - outage.began_at == timedelta(hours=1)
    assert "12 kopplingar" in str(letter["Subject"])
    assert "Vi väntar till" in text_of(letter)
    night.passes(66 * MINUTE)
    assert night.count(RENEWAL) == 12
    night.passes(78 * MINUTE)
    assert [outage.ended_at is None for outage in outages_of(session)] == [False]
    assert len(mail_server.to(US.email)) == 1
    assert len(mail_server.letters) == 13
    connect(app, visma, 6)  # in the next hours nobody is held up by what has been believed
    night.passes(80 * MINUTE)
    night.passes(86 * MINUTE)
    assert night.count(RENEWAL) == 18


def test_a_fault_of_a_quarter_of_an_hour_is_told_to_no_firm_however_few_there_are(
    night: Night, app: Flask, visma: StandIn, session: Session, mail_server: MailServer
) -> None:
    begin = now()
    for position in range(20):  # one is read every minute and a half
        connect(app, visma, next_check_at=begin + 1.5 * position * MINUTE)
    visma.fail("companysettings", "error_code", 4004)
    for minute in range(16):
        night.passes(minute * MINUTE)
    assert night.count(RENEWAL) <= 3
    visma.heal()
    for minute in range(16, 40, 3):
        night.passes(minute * MINUTE)
    assert night.count(ACTIVE) == 20
    assert [one["To"] for one in mail_server.letters] == [US.email]
    assert all(outage.ended_at for outage in outages_of(session))


def test_few_beside_many_that_are_read_are_told_at_the_second_reading(
    night: Night, app: Flask, visma: StandIn, session: Session
) -> None:
    connect(app, visma, refusals.MANY)
    session.execute(update(Company).values(organisation_number="5560125790"))
    session.commit()
    connect(app, visma, refusals.MANY * refusals.SHARE)
    night.passes(timedelta(0))
    assert refusals.many(session, "visma") is None
    night.passes(LATER)
    assert night.count(RENEWAL) == refusals.MANY
    assert outages_of(session) == []


def test_a_changed_password_of_one_person_is_hers_however_many_she_gave(
    night: Night, app: Flask, visma: StandIn, session: Session
) -> None:
    connect(app, visma, 8, next_refresh_at=now())
    visma.happens("password_changed", APPROVER)
    night.passes(timedelta(0), Work.REFRESH)
    assert outages_of(session) == []
    make_grants_due(session)
    night.passes(LATER, Work.REFRESH)
    assert night.count(RENEWAL) == 8


@pytest.mark.parametrize(
    ("endpoint", "fault"),
    [
        ("token", {"kind": "oauth_error", "word": "invalid_client"}),
        ("token", {"kind": "oauth_error", "word": "invalid_scope"}),
        ("token", {"kind": "oauth_error", "word": "unauthorized_client"}),
        ("companysettings", {"kind": "error_code", "value": 4034}),
    ],
)
def test_when_a_fault_of_ours_has_passed_it_is_noticed_within_minutes(
    night: Night, app: Flask, visma: StandIn, session: Session, endpoint: str, fault: dict[str, Any]
) -> None:
    works = (Work.REFRESH,) if endpoint == "token" else (Work.CHECK,)
    connect(app, visma, 12, next_refresh_at=now())
    visma.fail(endpoint, **fault)
    for minute in range(20):
        night.passes(minute * MINUTE, *works)
    assert night.count(ConnectionStatus.OUR_FAULT) == 12
    assert pacing.providers_away(session) == (["visma"] if endpoint != "token" else [])
    visma.heal()
    for minute in range(20, 26):
        night.passes(minute * MINUTE, Work.REFRESH, Work.CHECK)
    ours = select(func.count(Connection.id)).filter_by(cause=Cause.OUR_CONFIGURATION)
    assert session.scalar(ours) == 0
    night.passes(40 * MINUTE)  # on a busy machine a reading may have failed for its own sake
    assert night.count(ACTIVE) == 12
