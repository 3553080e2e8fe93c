"""Presses: who has a form, what is kept of it, and what a killed process leaves."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wizard.models import Press, now
from wizard.services.concurrency import presses
from wizard.services.concurrency.presses import KEPT, LEASE, Standing

FORM = b"f" * 32


def test_the_first_has_it_and_the_others_wait_for_its_answer(session: Session) -> None:
    first = presses.claim(session, FORM)
    assert first.mine
    assert presses.claim(session, FORM) == Standing()
    presses.finish(session, first.mine, b"done")
    assert presses.claim(session, FORM) == Standing(answer=b"done")
    assert presses.claim(session, b"g" * 32).mine


def test_what_made_nothing_may_be_sent_again(session: Session) -> None:
    first = presses.claim(session, FORM).mine
    assert first
    presses.finish(session, first, None)
    assert presses.claim(session, FORM).mine not in {None, first}


def test_a_killed_press_is_taken_up_unless_it_had_made_something(session: Session) -> None:
    killed = presses.claim(session, FORM).mine
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)):
        assert presses.claim(session, FORM).mine == killed
        assert presses.claim(session, FORM) == Standing()
    assert killed
    presses.mark_made(session, killed)
    session.commit()
    assert presses.is_made(session, killed)
    presses.finish(
        session, killed, None
    )  # an error after the work was done lets nobody do it again
    with time_machine.travel(now() + 2 * LEASE + timedelta(seconds=2)):
        assert presses.claim(session, FORM) == Standing(made=True)


def test_a_mark_goes_with_its_transaction(session: Session) -> None:
    mine = presses.claim(session, FORM).mine
    assert mine
    presses.mark_made(session, mine)
    session.rollback()
    assert not presses.is_made(session, mine)


def test_they_are_forgotten_after_a_day(session: Session) -> None:
    presses.claim(session, FORM)
    assert presses.forget_old(session) == 0
    with time_machine.travel(now() + KEPT + timedelta(seconds=1)):
        assert presses.forget_old(session) == 1
    assert session.scalar(select(func.count()).select_from(Press)) == 0
