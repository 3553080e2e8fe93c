"""Kontrollera nu: who may press it, and what it says."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast, make_user
from tests.support.client import Browser, Page
from tests.support.minting import APPROVER, connect
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from wizard.models import Connection, Event, EventKind, Pace, Role, User, now
from wizard.services.throttling.pacing import AWAY_AFTER
from wizard.web import limits


@pytest.fixture
def app(visma_app: Flask) -> Flask:
    """The application that talks to the stand-in."""
    return visma_app


@pytest.fixture
def connection(visma_app: Flask, visma: StandIn, session: Session) -> Connection:
    """A connection that lives at the stand-in."""
    [connection_id] = connect(visma_app, visma)
    return session.get_one(Connection, connection_id)


@pytest.fixture
def member(connection: Connection, session: Session) -> User:
    """A member of the connection's firm."""
    user = make_user("Moa Ek", Role.MEMBER, connection.firm)
    session.add(user)
    session.commit()
    return user


def _press(browser: Browser, connection: Connection) -> Page:
    return browser.follow(
        browser.post(f"/foretag/{connection.company.public_id}/kontrollera", status=303)
    )


def test_company_is_checked_by_a_member_and_says_what_was_found(
    browser: Callable[..., Browser],
    member: User,
    connection: Connection,
    session: Session,
    visma: StandIn,
) -> None:
    moa = browser(member)
    assert "Kopplingen fungerar. Den lästes alldeles nyss." in _press(moa, connection).words
    visma.fail("companysettings", "status", 503)
    page = _press(moa, connection)
    assert "Bokföringsprogrammet svarar inte just nu." in page.words
    assert "Nästa kontroll:" in page.words
    visma.heal()
    visma.happens("permission_lost", APPROVER)
    page = _press(moa, connection)
    assert "Vi läser en gång till om några minuter, innan något ändras." in page.words
    with time_machine.travel(now() + LATER, tick=True):
        page = _press(moa, connection)
    assert "Kopplingen behöver förnyas." in page.words
    assert any("/hjalp/fornya" in link for link in page.links)
    pressed = session.scalars(
        select(Event).where(Event.kind == EventKind.CHECKED_BY_HAND).order_by(Event.id)
    ).all()
    assert [event.user_id for event in pressed] == [member.id] * 4
    causes = [None, "visma_unavailable", "visma_unavailable", "approver_gone"]
    assert [event.cause for event in pressed] == causes


def test_company_of_another_firm_is_not_there(
    browser: Callable[..., Browser], cast: Cast, connection: Connection
) -> None:
    address = f"/foretag/{connection.company.public_id}/kontrollera"
    browser(cast.stranger).post(address, status=404)
    browser(cast.stranger).post("/foretag/finnsinte/kontrollera", status=404)
    assert "/logga-in" in browser().post(address, status=303).location


def test_company_shows_what_is_worth_knowing_though_it_works(
    browser: Callable[..., Browser], member: User, connection: Connection, session: Session
) -> None:
    connection.approver_is_consultant = connection.read_only = True
    session.commit()
    page = browser(member).get(f"/foretag/{connection.company.public_id}", 200)
    assert "En konsult: när uppdraget tar slut behöver någon annan förnya." in page.words
    assert "Företaget är skrivskyddat" in page.words or "skrivskydd" in page.words


@pytest.mark.usefixtures("half_past")
def test_company_is_not_checked_without_end(
    browser: Callable[..., Browser],
    member: User,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "CHECKS_AN_HOUR", 1)
    moa = browser(member)
    _press(moa, connection)
    moa.post(f"/foretag/{connection.company.public_id}/kontrollera", status=429)


@pytest.mark.parametrize("role", ["admin", "support"])
def test_connection_is_checked_by_admin_and_support(
    browser: Callable[..., Browser], cast: Cast, connection: Connection, role: str
) -> None:
    helper = browser(getattr(cast, role))
    answer = helper.post(f"/admin/kopplingar/{connection.public_id}/kontrollera", status=303)
    assert "Kopplingen fungerar." in helper.follow(answer).words
    helper.post("/admin/kopplingar/finnsinte/kontrollera", status=404)


def test_connection_is_not_checked_by_a_member_among_all_firms(
    browser: Callable[..., Browser], member: User, connection: Connection
) -> None:
    address = f"/admin/kopplingar/{connection.public_id}/kontrollera"
    browser(member).post(address, status=403)


def test_connection_tells_of_others_that_ended_at_the_same_time(
    browser: Callable[..., Browser],
    cast: Cast,
    app: Flask,
    visma: StandIn,
    connection: Connection,
    statements: Callable[[], Statements],
) -> None:
    connect(app, visma, 2)
    visma.happens("password_changed", APPROVER)
    with app.extensions["sessions"]() as session:
        every = session.scalars(select(Connection)).all()
    for earlier in (LATER, timedelta(0)):
        with time_machine.travel(now() - earlier, tick=True):
            adam = browser(cast.admin)
            for one in every:
                answer = adam.post(f"/admin/kopplingar/{one.public_id}/kontrollera", status=303)
    assert "2 kopplingar till från samma person tog slut samtidigt." in adam.follow(answer).words
    adam.get(answer.location)
    with statements() as sent:
        adam.get(answer.location)
    assert len(sent) <= 5  # one of them tells the audit trail


def test_connection_checks_and_their_pace_are_told_to_staff(
    browser: Callable[..., Browser], cast: Cast, session: Session
) -> None:
    pace = Pace(provider="visma", work="check", next_slot_at=now(), connections=10)
    session.add(pace)
    session.commit()
    adam = browser(cast.admin)
    words = adam.get("/admin/bakgrund", 200).words
    assert "Varje koppling kontrolleras var 60:e minut." in words
    assert "Inget har gått att läsa sedan" not in words
    pace.connections, pace.failures, pace.failing_since = 50_000, AWAY_AFTER, now()
    session.commit()
    words = adam.get("/admin/bakgrund", 200).words
    assert "Varje koppling kontrolleras var 121:e minut." in words
    assert "Inget har gått att läsa sedan" in words
