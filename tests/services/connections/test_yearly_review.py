"""The yearly review: what waits, what is marked, the end of what was confirmed, and the monthly reminder."""

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
    Company,
    Connection,
    Firm,
    KeyPurpose,
    Letter,
    LetterKind,
    now,
)
from wizard.services.connections import endings, yearly_review
from wizard.services.connections.yearly_review import REMINDED_EVERY, YEARLY, Numbers
from wizard.services.invitations import lifecycle
from wizard.services.letters.kinds import LETTERS

LONG_AGO = YEARLY + timedelta(days=1)


def approved(session: Session, firm: Firm, number: int) -> Connection:
    """A connection that was approved more than a year ago."""
    company = Company(firm=firm, name=f"Bolag {number}", organisation_number=f"55667700{number:02}")
    session.add(company)
    session.commit()
    link = lifecycle.activate(session, company, "visma", None, KeyPurpose.COPIED)
    made = make_connection(session, link, created_at=now() - LONG_AGO)
    consent_for(session, link.invitation.id, made.id, approver_email="frida@example.com")
    session.commit()
    return made


@pytest.fixture
def three(session: Session, cast: Cast) -> list[Connection]:
    """Three of the firm's."""
    return [approved(session, cast.firm, number) for number in range(3)]


def count(session: Session, cast: Cast) -> Numbers:
    return yearly_review.numbers(session, cast.firm.id)


def end_receipts(session: Session) -> int:
    kind = Letter.kind == LetterKind.END_RECEIPT
    return len(session.scalars(select(Letter.id).where(kind)).all())


def test_what_was_approved_or_kept_within_a_year_waits_for_nothing(
    session: Session, cast: Cast, three: list[Connection]
) -> None:
    assert count(session, cast) == Numbers(3, 0, 0)
    three[0].renewed_at = now()
    yearly_review.answer(session, cast.owner, [three[1].public_id], [])
    assert [one.id for one in yearly_review.due(session, cast.firm.id).rows] == [three[2].id]
    with time_machine.travel(now() + LONG_AGO):
        assert count(session, cast).due == 3


def test_only_what_is_marked_and_confirmed_is_ended_with_receipts(
    session: Session, cast: Cast, three: list[Connection]
) -> None:
    yearly_review.answer(session, cast.owner, [], [one.public_id for one in three[:2]])
    assert count(session, cast) == Numbers(1, 2, 0)
    assert yearly_review.end_asked(session) == 0
    yearly_review.take_back(session, cast.owner, [three[1].public_id])
    assert [one.id for one in yearly_review.marked(session, cast.firm.id).rows] == [three[0].id]
    assert not yearly_review.end_marked(session, cast.owner, 2)  # not what she was shown
    assert yearly_review.end_marked(session, cast.owner, 1)
    assert not yearly_review.end_marked(session, cast.owner, 1)
    assert count(session, cast).ending == 1
    assert [yearly_review.end_asked(session) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert [one.is_living for one in three] == [False, True, True]
    found = endings.of_connection(session, three[0].public_id)
    assert found
    assert found.by == "firm"
    assert end_receipts(session) == 1


def test_another_firms_are_neither_marked_nor_ended(
    session: Session, cast: Cast, three: list[Connection]
) -> None:
    ids = [one.public_id for one in three]
    yearly_review.answer(session, cast.stranger, ids, ids)
    assert count(session, cast) == Numbers(3, 0, 0)
    yearly_review.answer(session, cast.owner, [], ids)
    yearly_review.take_back(session, cast.stranger, ids)
    assert not yearly_review.end_marked(session, cast.stranger, 3)
    assert count(session, cast) == Numbers(0, 3, 0)


def test_one_that_was_approved_anew_since_goes_on(
    session: Session, cast: Cast, three: list[Connection]
) -> None:
    yearly_review.answer(session, cast.owner, [], [one.public_id for one in three[:2]])
    three[0].renewed_at = now()
    session.commit()
    assert count(session, cast) == Numbers(1, 1, 0)
    assert yearly_review.end_marked(session, cast.owner, 1)
    three[1].renewed_at = now()
    session.commit()
    assert yearly_review.end_asked(session) == 1
    session.expire_all()
    assert all(one.is_living for one in three)
    assert count(session, cast).ending == 0


def test_a_killed_process_leaves_the_rest_to_the_next(
    session: Session, cast: Cast, three: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    yearly_review.answer(session, cast.owner, [], [one.public_id for one in three])
    yearly_review.end_marked(session, cast.owner, 3)
    monkeypatch.setattr(yearly_review, "SOME", 1)  # it came no further
    assert yearly_review.end_asked(session) == 1
    assert count(session, cast).ending == 2
    monkeypatch.undo()
    assert yearly_review.end_asked(session) == 2
    assert end_receipts(session) == 3


def test_many_processes_end_each_once(
    app: Flask, session: Session, cast: Cast, three: list[Connection]
) -> None:
    yearly_review.answer(session, cast.owner, [], [one.public_id for one in three])
    yearly_review.end_marked(session, cast.owner, 3)

    def end(_: int) -> None:
        with app.extensions["sessions"]() as own:
            yearly_review.end_asked(own)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(end, range(8)))
    assert end_receipts(session) == 3


def test_a_firm_is_reminded_once_a_month_of_what_it_has_not_answered(
    session: Session, cast: Cast, three: list[Connection]
) -> None:
    assert [yearly_review.remind(session) for _ in range(2)] == [1, 0]
    letter = session.scalars(select(Letter).where(Letter.kind == LetterKind.REVIEW_DUE)).one()
    assert letter.firm_id == cast.firm.id
    is_true = LETTERS[LetterKind.REVIEW_DUE].is_true
    assert is_true(session, letter)
    with time_machine.travel(now() + REMINDED_EVERY + timedelta(minutes=1)):
        assert yearly_review.remind(session) == 1
        yearly_review.answer(session, cast.owner, [one.public_id for one in three], [])
        assert not is_true(session, letter)
    with time_machine.travel(now() + 2 * REMINDED_EVERY + timedelta(minutes=2)):
        assert yearly_review.remind(session) == 0
    assert all(one.is_living for one in three)
