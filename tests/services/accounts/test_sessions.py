"""Sessions: how long they last, what is noted of their use, and who ends them."""

from datetime import timedelta

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from wizard.models import AuditAction, AuditEntry, StaffSession, User, now
from wizard.services.accounts import sessions, staff
from wizard.services.accounts.sessions import Limits

HOME = "192.0.2.1"
LIMITS = Limits(idle=timedelta(minutes=30), whole=timedelta(hours=2))


def begin(session: Session, user: User) -> str:
    return staff.sign_in(session, user.email, PASSWORD, HOME).token


def test_a_session_ends_after_half_an_hour_without_use_and_after_two_hours_with(
    session: Session, cast: Cast
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        left, used = begin(session, cast.owner), begin(session, cast.owner)
        for number in range(4):
            clock.shift(timedelta(minutes=29))
            found = sessions.find(session, used, LIMITS)
            assert found is not None
            sessions.note_use(session, found)
            assert sessions.find(session, left, LIMITS) is None or number == 0
        clock.shift(timedelta(minutes=4))
        assert sessions.find(session, used, LIMITS) is None


def test_use_is_written_once_a_minute_for_session_and_user(session: Session, cast: Cast) -> None:
    def used() -> tuple[object, ...]:
        session.expire_all()
        row = session.scalars(select(StaffSession)).one()
        return row.last_used_at, session.get_one(User, cast.owner.id).last_seen_at

    with time_machine.travel(now(), tick=False) as clock:
        token = begin(session, cast.owner)
        first = used()
        for seconds, written in ((59, False), (2, True), (58, False), (3, True)):
            clock.shift(timedelta(seconds=seconds))
            found = sessions.find(session, token)
            assert found is not None
            sessions.note_use(session, found)
            assert (used() != first) is written
            assert not written or used() == (now(), now())
            first = used()


def test_places_show_this_browser_first_and_only_what_lives(session: Session, cast: Cast) -> None:
    here, there, ended = (begin(session, cast.owner) for _ in range(3))
    begin(session, cast.colleague)
    sessions.name_device(session, there, "Mozilla/5.0 (X11; Linux x86_64; rv:1) Firefox/140.0")
    staff.sign_out(session, ended)
    found = sessions.places(session, cast.owner, here)
    assert [(place.is_here, place.device) for place in found] == [
        (True, None),
        (False, "Firefox, Linux"),
    ]


def test_one_or_all_others_are_ended_and_nobody_elses(session: Session, cast: Cast) -> None:
    here, second, third = (begin(session, cast.owner) for _ in range(3))
    hers = begin(session, cast.colleague)
    mine = {place.public_id: place for place in sessions.places(session, cast.owner, second)}
    one = next(place for place in mine.values() if place.is_here)
    foreign = sessions.places(session, cast.colleague, hers)[0]
    assert not sessions.end_one(session, cast.owner, foreign.public_id)
    assert sessions.end_one(session, cast.owner, one.public_id)
    assert sessions.end_one(session, cast.owner, one.public_id)  # once more is no fault
    assert sessions.find(session, second) is None
    assert sessions.end_others(session, cast.owner, here) == 1
    assert sessions.find(session, third) is None
    assert sessions.find(session, here)
    assert sessions.find(session, hers)
    written = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action == AuditAction.SESSIONS_ENDED)
    ).all()
    assert len(written) == 2


def test_a_session_is_known_to_be_hers_for_a_day_after_it_ended(
    session: Session, cast: Cast
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        token = begin(session, cast.owner)
        clock.shift(LIMITS.whole + sessions.REMEMBERED - timedelta(seconds=1))
        assert sessions.forget_old(session, LIMITS) == 0
        assert sessions.whose(session, token) == cast.owner.id
        clock.shift(timedelta(seconds=1))
        assert sessions.forget_old(session, LIMITS) == 1
        assert sessions.whose(session, token) is None
