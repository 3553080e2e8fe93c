"""What was opened by a consent, and the one question to the firm that it allows in thirty days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

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
    Consent,
    Event,
    EventKind,
    Invitation,
    KeyPurpose,
    Letter,
    LetterKind,
    now,
)
from wizard.services.connections import insight
from wizard.services.connections.insight import ASKED_ANEW, AskedAlreadyError, Summary
from wizard.services.history import record
from wizard.services.invitations import lifecycle


@pytest.fixture
def consent(session: Session, cast: Cast) -> Consent:
    """What Frida has approved a year ago."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link)
    made = consent_for(session, link.invitation.id, connection.id, approver_email="f@example.com")
    made.approved_at = now() - timedelta(days=365)
    session.commit()
    return made


@pytest.fixture
def invitation(session: Session, consent: Consent) -> Invitation:
    """The invitation that led to it."""
    return session.get_one(Invitation, consent.connection.invitation_id)


def opened(
    session: Session, cast: Cast, connection: Connection, *days_ago: int, label: str = "A1"
) -> None:
    for days in days_ago:
        kind = EventKind.DOCUMENT_OPENED
        event = record(session, kind, connection=connection, staff=cast.owner, note=label)
        event.at = now() - timedelta(days=days)
    session.commit()


def renewed_by(session: Session, consent: Consent, email: str | None, days_ago: int) -> Consent:
    invitation_id = consent.connection.invitation_id
    made = consent_for(session, invitation_id, consent.connection_id, approver_email=email)
    made.approved_at = now() - timedelta(days=days_ago)
    session.commit()
    return made


def count(session: Session, consent: Consent, invitation: Invitation) -> int:
    return insight.summary(session, consent, invitation).number


def test_nothing_was_opened(session: Session, consent: Consent, invitation: Invitation) -> None:
    assert insight.summary(session, consent, invitation) == Summary(0, None, None)
    assert insight.openings(session, consent).rows == []


def test_it_counts_and_lists_the_newest_first_in_pages(
    session: Session, cast: Cast, consent: Consent, invitation: Invitation
) -> None:
    opened(session, cast, consent.connection, *range(30, 0, -1))
    found = insight.summary(session, consent, invitation)
    assert found.number == 30
    assert not found.is_more
    first = insight.openings(session, consent)
    rest = insight.openings(session, consent, first.next_cursor or "")
    times = [event.at for event in first.rows + rest.rows]
    assert len(times) == 30
    assert times == sorted(times, reverse=True)
    assert found.last_at == times[0]
    assert rest.next_cursor is None


def test_it_counts_no_more_than_it_says(
    session: Session,
    cast: Cast,
    consent: Consent,
    invitation: Invitation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(insight, "MOST_COUNTED", 3)
    opened(session, cast, consent.connection, 5, 4, 3)
    assert not insight.summary(session, consent, invitation).is_more
    opened(session, cast, consent.connection, 2, 1)
    found = insight.summary(session, consent, invitation)
    assert found.is_more
    assert found.number == 4


def test_what_was_opened_before_she_approved_and_after_another_renewed_is_not_hers(
    session: Session, cast: Cast, consent: Consent, invitation: Invitation
) -> None:
    opened(session, cast, consent.connection, 400, 300, 100, 1)
    assert count(session, consent, invitation) == 3
    renewed_by(session, consent, "F@example.com", 200)
    assert count(session, consent, invitation) == 3  # by herself: it still rests on her
    newer = renewed_by(session, consent, "bo@example.com", 50)
    assert count(session, consent, invitation) == 2
    assert count(session, newer, invitation) == 1


def test_who_is_not_known_is_taken_for_another(
    session: Session, cast: Cast, consent: Consent, invitation: Invitation
) -> None:
    opened(session, cast, consent.connection, 100, 1)
    renewed_by(session, consent, None, 50)
    assert count(session, consent, invitation) == 1


def test_another_connection_of_the_company_is_not_counted(
    session: Session, cast: Cast, consent: Consent, invitation: Invitation
) -> None:
    consent.connection.status = consent.connection.status.DISCONNECTED
    session.commit()
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    opened(session, cast, make_connection(session, link), 1)
    assert count(session, consent, invitation) == 0


def test_a_question_goes_to_who_is_responsible_once_in_thirty_days(
    session: Session, cast: Cast, consent: Consent, invitation: Invitation
) -> None:
    insight.ask(session, consent, invitation, "Varför A12?")
    with pytest.raises(AskedAlreadyError):
        insight.ask(session, consent, invitation, "Och A13?")
    letter = session.scalars(select(Letter).where(Letter.kind == LetterKind.INSIGHT_ASKED)).one()
    assert (letter.recipient, letter.words, letter.consent_id) == (
        cast.owner.email,
        "Varför A12?",
        consent.id,
    )
    event = session.scalars(select(Event).where(Event.kind == EventKind.INSIGHT_ASKED)).one()
    assert (event.note, event.connection_id) == ("Varför A12?", consent.connection_id)
    assert insight.summary(session, consent, invitation).asked_at == event.at
    with time_machine.travel(now() + ASKED_ANEW + timedelta(minutes=1)):
        insight.ask(session, consent, invitation, None)


def test_two_questions_at_once_are_one_letter(
    app: Flask, session: Session, consent: Consent, invitation: Invitation
) -> None:
    consent_id, invitation_id = consent.id, invitation.id
    session.rollback()

    def press(_: int) -> bool:
        with app.extensions["sessions"]() as own:
            mine = own.get_one(Consent, consent_id)
            try:
                insight.ask(own, mine, own.get_one(Invitation, invitation_id), None)
            except AskedAlreadyError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1
    kinds = session.scalars(select(Letter.kind).where(Letter.kind == LetterKind.INSIGHT_ASKED))
    assert len(kinds.all()) == 1
