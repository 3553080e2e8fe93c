"""The last day of a consent: set, never later than was approved, told of once, and kept to the day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from wizard.models import (
    Connection,
    Event,
    EventKind,
    KeyPurpose,
    Letter,
    LetterKind,
    now,
    today,
)
from wizard.services.connections import consent_ends, endings
from wizard.services.connections.consent_ends import (
    FURTHEST,
    TOLD_BEFORE,
    BeyondConsentError,
    DayInvalidError,
    NothingToEndError,
)
from wizard.services.invitations import lifecycle
from wizard.services.letters.kinds import LETTERS

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Noon in Stockholm, so that no day ends meanwhile."""
    with time_machine.travel(datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("Europe/Stockholm"))):
        yield


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """What Frida has approved, without a last day."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    made = make_connection(session, link)
    consent_for(session, link.invitation.id, made.id, approver_email="frida@example.com")
    session.commit()
    return made


def set_day(session: Session, cast: Cast, day: date | None) -> None:
    consent_ends.set_last_day(session, cast.company, day, cast.owner)


def approved_until(session: Session, connection: Connection, day: date) -> None:
    consent = endings.newest_consent(session, connection.id)
    assert consent
    consent.ends_on = connection.consent_ends_on = day
    session.commit()


def letters(session: Session, kind: LetterKind) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind)))


def test_a_day_is_set_changed_and_taken_away_and_each_stands_in_the_history(
    session: Session, cast: Cast, connection: Connection
) -> None:
    days = [today() + 100 * DAY, today() + 50 * DAY, None]
    for day in days:
        set_day(session, cast, day)
        assert connection.consent_ends_on == day
        assert consent_ends.last_day_of(session, cast.company) == day
    kind = EventKind.CONSENT_END_SET
    notes = session.scalars(select(Event.note).where(Event.kind == kind).order_by(Event.id)).all()
    assert notes == [day.isoformat() if day else None for day in days]


@pytest.mark.parametrize("away", [-DAY, FURTHEST + DAY])
def test_a_day_has_not_passed_and_is_not_too_far_away(
    session: Session, cast: Cast, connection: Connection, away: timedelta
) -> None:
    with pytest.raises(DayInvalidError):
        set_day(session, cast, today() + away)
    assert connection.consent_ends_on is None


def test_it_is_never_later_than_was_approved_but_may_be_asked_for(
    session: Session, cast: Cast, connection: Connection
) -> None:
    limit = today() + 100 * DAY
    approved_until(session, connection, limit)
    set_day(session, cast, today() + 20 * DAY)
    set_day(session, cast, limit)
    for day in (limit + DAY, None):
        with pytest.raises(BeyondConsentError):
            set_day(session, cast, day)
    assert connection.consent_ends_on == limit
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    set_day(session, cast, limit + DAY)
    assert connection.consent_ends_on == limit
    assert link.invitation.consent_ends_on == limit + DAY


def test_a_renewal_asks_for_the_same_day_or_a_year_more(
    session: Session, cast: Cast, connection: Connection
) -> None:
    for ends_on, asked in (
        (None, None),
        (today() + 90 * DAY, today() + 90 * DAY),
        (today() + 10 * DAY, today() + 375 * DAY),
    ):
        connection.consent_ends_on = ends_on
        session.commit()
        link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
        assert link.invitation.consent_ends_on == asked
        lifecycle.withdraw(session, link.invitation, cast.owner)


def test_without_invitation_and_connection_there_is_nothing_to_end(
    session: Session, cast: Cast
) -> None:
    assert consent_ends.last_day_of(session, cast.company) is None
    with pytest.raises(NothingToEndError):
        set_day(session, cast, today())
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    set_day(session, cast, today() + DAY)
    assert consent_ends.last_day_of(session, cast.company) == today() + DAY


def test_who_is_responsible_is_told_once_for_each_day(
    session: Session, cast: Cast, connection: Connection
) -> None:
    set_day(session, cast, today() + TOLD_BEFORE + DAY)
    assert consent_ends.tell(session) == 0
    with time_machine.travel(now() + DAY):
        assert [consent_ends.tell(session) for _ in range(2)] == [1, 0]
    told = letters(session, LetterKind.CONSENT_ENDS)
    assert [letter.recipient for letter in told] == [cast.owner.email]
    assert LETTERS[LetterKind.CONSENT_ENDS].is_true(session, told[0])
    set_day(session, cast, today() + 5 * DAY)
    assert not LETTERS[LetterKind.CONSENT_ENDS].is_true(session, told[0])
    assert consent_ends.tell(session) == 1


def test_it_works_on_its_last_day_and_is_ended_on_the_next_with_a_receipt(
    session: Session, cast: Cast, connection: Connection
) -> None:
    set_day(session, cast, today() + DAY)
    with time_machine.travel(datetime(2026, 11, 29, 23, 59, tzinfo=ZoneInfo("Europe/Stockholm"))):
        assert consent_ends.end_over(session) == 0
    with time_machine.travel(datetime(2026, 11, 30, 0, 1, tzinfo=ZoneInfo("Europe/Stockholm"))):
        assert connection.is_over
        assert consent_ends.end_over(session) == 1
        assert consent_ends.end_over(session) == 0
    session.refresh(connection)
    assert connection.ended_at
    found = endings.of_connection(session, connection.public_id)
    assert found
    assert found.by == "date"
    assert len(letters(session, LetterKind.DISCONNECTED)) == 1
    assert len(letters(session, LetterKind.END_RECEIPT)) == 1


def test_one_that_was_renewed_meanwhile_goes_on(
    session: Session, cast: Cast, connection: Connection
) -> None:
    set_day(session, cast, today())
    with time_machine.travel(now() + DAY):
        connection.consent_ends_on = today() + 365 * DAY
        session.commit()
        assert consent_ends.end_over(session) == 0
    assert connection.is_living


def test_many_processes_end_it_once(
    app: Flask, session: Session, cast: Cast, connection: Connection
) -> None:
    set_day(session, cast, today())
    connection_id = connection.id
    session.rollback()

    def end(_: int) -> None:
        with app.extensions["sessions"]() as own:
            consent_ends.end_over(own)

    with time_machine.travel(now() + DAY), ThreadPoolExecutor(8) as pool:
        list(pool.map(end, range(8)))
    session.expire_all()
    assert not session.get_one(Connection, connection_id).is_living
    assert len(letters(session, LetterKind.END_RECEIPT)) == 1
