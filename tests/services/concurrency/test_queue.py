"""A job is added with its caller's transaction, or not at all."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Firm, now
from wizard.services.concurrency.queue import SEND_LETTER, enqueue


def jobs(session: Session) -> list[tuple[object, ...]]:
    """The jobs that wait: priority, moment, arguments."""
    told = "select priority, scheduled_at, args from procrastinate.procrastinate_jobs order by id"
    return [tuple(row) for row in session.execute(text(told))]


def test_a_job_is_there_when_its_caller_has_committed_and_not_before(
    app: Flask, session: Session
) -> None:
    enqueue(session, SEND_LETTER, letter_id=1)
    with app.extensions["sessions"]() as other:
        assert jobs(other) == []
        session.commit()
        assert jobs(other) == [(0, None, {"letter_id": 1})]


def test_a_job_goes_with_its_callers_rollback(session: Session) -> None:
    enqueue(session, SEND_LETTER, letter_id=1)
    session.rollback()
    assert jobs(session) == []


def test_a_job_keeps_its_moment_and_its_place_behind_others(session: Session) -> None:
    at = now() + timedelta(hours=1)
    enqueue(session, SEND_LETTER, at=at, priority=-10, letter_id=1)
    session.commit()
    assert jobs(session) == [(-10, at, {"letter_id": 1})]


def test_a_second_job_of_a_word_is_dropped_and_its_caller_goes_on(
    session: Session, cast: Cast
) -> None:
    for turn in range(3):
        session.get_one(Firm, cast.firm.id).contact_name = f"Britta {turn}"
        enqueue(session, SEND_LETTER, once="letter:1", letter_id=1)
        session.commit()
    enqueue(session, SEND_LETTER, once="letter:2", letter_id=2)
    session.commit()
    assert [job[2] for job in jobs(session)] == [{"letter_id": 1}, {"letter_id": 2}]
    assert session.get_one(Firm, cast.firm.id).contact_name == "Britta 2"
