"""What approvers' presses count, at each step and cause: whoever came went on, left, or is still there."""

import random
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.causes import Cause
from wizard.models import (
    ALL_FIRMS,
    Actor,
    EventKind,
    FunnelCount,
    FunnelCounted,
    FunnelPlace,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    RequirementAnswer,
    Step,
    now,
)
from wizard.services.desk import funnel
from wizard.services.desk.funnel import week_of
from wizard.services.desk.funnel_report import Place, report
from wizard.services.history import record
from wizard.services.invitations import lifecycle, visits

CAUSES = (Cause.WRONG_COMPANY, Cause.PERMISSION_MISSING)


@pytest.fixture
def key(session: Session, cast: Cast) -> InvitationKey:
    """A link to an invitation of Byrån's company."""
    return _link(session, cast)


def _link(session: Session, cast: Cast) -> InvitationKey:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    found = visits.find_key(session, link.secret)
    assert found
    return found


def _places(session: Session, firm_id: int = ALL_FIRMS) -> dict[tuple[Step, str], Place]:
    """What was counted in all weeks together, where anybody came."""
    summed: dict[tuple[Step, str], Place] = {}
    for week in session.scalars(select(FunnelCount.week).distinct()).all():
        for one in (place for road in report(session, week, firm_id) for place in road.places):
            kept = summed.setdefault((one.step, one.cause), Place(one.step, one.cause))
            for counted, number in one.number.items():
                kept.number[counted] += number
            for span, number in one.spans.items():
                kept.spans[span] += number
    return {where: place for where, place in summed.items() if place.came}


def _fails(session: Session, key: InvitationKey, cause: Cause) -> None:
    went = EventKind.WENT_TO_PROVIDER
    record(session, went, key.invitation, actor=Actor.APPROVER)
    record(session, EventKind.ATTEMPT_FAILED, key.invitation, cause=cause.value)
    session.commit()


def test_nothing_is_counted_before_the_first_pressed_button(
    session: Session, key: InvitationKey
) -> None:
    visits.come_from_help(session, key)
    assert visits.find_key(session, "nonsense") is None
    assert _places(session) == {}
    assert session.scalar(select(func.count(FunnelPlace.id))) == 0


def test_each_step_is_come_to_once_and_gone_on_from(
    session: Session, cast: Cast, key: InvitationKey
) -> None:
    visits.advance(session, key, Step.WELCOME)
    with time_machine.travel(now() + timedelta(minutes=4)):
        visits.advance(session, key, Step.PERMISSION, RequirementAnswer.YES)
        visits.advance(session, key, Step.PERMISSION, RequirementAnswer.YES)
        visits.advance(session, key, Step.WELCOME)
    for firm_id in (ALL_FIRMS, cast.firm.id):
        found = _places(session, firm_id)
        assert {
            step.value: (one.came, one.went_on, one.here) for (step, _), one in found.items()
        } == {
            "welcome": (1, 1, 0),
            "permission": (1, 1, 0),
            "bookkeeping": (1, 0, 1),
        }
        assert found[Step.PERMISSION, ""].within(0.5) == timedelta(minutes=5)
        assert not found[Step.WELCOME, ""].is_timed
    assert _places(session, cast.stranger.firm_id or -1) == {}


def test_who_goes_straight_passes_the_steps_between(session: Session, key: InvitationKey) -> None:
    visits.go_straight(session, key)
    assert {step for step, _ in _places(session)} == {Step.WELCOME, Step.APPROVE}


def test_a_colleague_who_begins_anew_is_no_other_invitation(
    session: Session, key: InvitationKey
) -> None:
    visits.go_straight(session, key)
    link = lifecycle.hand_over(session, key)
    colleague = visits.find_key(session, link.secret)
    assert colleague
    visits.advance(session, colleague, Step.WELCOME)
    found = _places(session)
    assert {step: one.came for (step, _), one in found.items()} == {
        Step.WELCOME: 1,
        Step.APPROVE: 1,
    }


def test_who_presses_nothing_for_a_day_has_left_and_may_come_back(
    session: Session, key: InvitationKey
) -> None:
    visits.advance(session, key, Step.WELCOME)
    assert funnel.count_left(session) == 0
    with time_machine.travel(now() + timedelta(hours=25)):
        assert funnel.count_left(session) == 1
        assert funnel.count_left(session) == 0
        at = _places(session)[Step.PERMISSION, ""]
        assert (at.came, at.left, at.came_back, at.here) == (1, 1, 0, 0)
        visits.advance(session, key, Step.PERMISSION, RequirementAnswer.UNSURE)
        at = _places(session)[Step.PERMISSION, ""]
        assert (at.came, at.left, at.came_back, at.here) == (1, 1, 1, 1)
        assert week_of(now() - timedelta(hours=25)) in set(
            session.scalars(select(FunnelCount.week))
        )


@pytest.mark.parametrize(
    "end",
    [EventKind.INVITATION_DECLINED, EventKind.INVITATION_WITHDRAWN, EventKind.INVITATION_EXPIRED],
)
def test_an_end_without_a_connection_is_to_leave(
    session: Session, key: InvitationKey, end: EventKind
) -> None:
    visits.go_straight(session, key)
    _fails(session, key, Cause.WRONG_COMPANY)
    record(session, end, key.invitation)
    session.commit()
    found = _places(session)
    assert (found[Step.APPROVE, ""].left, found[Step.APPROVE, "wrong_company"].left) == (1, 1)
    assert session.scalar(select(func.count(FunnelPlace.id))) == 0


def test_help_is_counted_once_for_each_place(session: Session, key: InvitationKey) -> None:
    visits.go_straight(session, key)
    visits.come_from_help(session, key)
    _fails(session, key, Cause.WRONG_COMPANY)
    visits.come_from_help(session, key)
    visits.come_from_help(session, key)
    found = _places(session)
    assert {place: one.helped for place, one in found.items()} == {
        (Step.WELCOME, ""): 0,
        (Step.APPROVE, ""): 1,
        (Step.APPROVE, "wrong_company"): 1,
    }


def test_a_wait_is_gone_on_from_when_it_is_over(session: Session, key: InvitationKey) -> None:
    visits.go_straight(session, key)
    away = Cause.PROVIDER_UNAVAILABLE.value
    record(session, EventKind.WENT_TO_PROVIDER, key.invitation)
    record(session, EventKind.WAIT_BEGAN, key.invitation, cause=away)
    session.commit()
    with time_machine.travel(now() + timedelta(hours=2)):
        record(session, EventKind.WAIT_OVER, key.invitation)
        funnel.finish(session, key.invitation)
        session.commit()
    found = _places(session)
    assert found[Step.APPROVE, away].within(0.5) == timedelta(hours=4)
    assert (found[Step.APPROVE, ""].went_on, found[Step.APPROVE, ""].here) == (1, 0)


def test_an_invitation_begun_before_places_were_kept_is_followed_from_where_it_is(
    session: Session, key: InvitationKey
) -> None:
    key.invitation.status, key.invitation.started_at = InvitationStatus.STARTED, now()
    key.step = Step.APPROVE
    session.commit()
    _fails(session, key, Cause.WRONG_COMPANY)
    assert set(_places(session)) == {(Step.APPROVE, ""), (Step.APPROVE, "wrong_company")}


def test_two_first_presses_at_once_come_once(session: Session, key: InvitationKey) -> None:
    for _ in range(2):
        funnel.follow(session, EventKind.INVITATION_STARTED, key.invitation, None, None)
    session.commit()
    assert _places(session)[Step.WELCOME, ""].came == 1


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_whoever_came_went_on_left_or_is_there(
    session: Session, cast: Cast, seed: int
) -> None:
    chance = random.Random(seed)
    moment = now()
    for _ in range(3):
        with time_machine.travel(moment):
            key = _link(session, cast)
        for _ in range(chance.randrange(10)):
            moment += chance.choice((timedelta(minutes=3), timedelta(hours=30)))
            with time_machine.travel(moment):
                _do_something(session, key, chance)
        if chance.random() < 0.4:
            funnel.finish(session, key.invitation)
            key.invitation.status = InvitationStatus.CONNECTED
            session.commit()
        elif chance.random() < 0.5:
            lifecycle.withdraw(session, key.invitation, None)
        else:
            break  # she is still there
    kept = _standing(session)
    for where, place in _places(session).items():
        there = place.came - place.went_on - (place.left - place.came_back)
        assert there == place.here == kept[where], (where, place)


def _do_something(session: Session, key: InvitationKey, chance: random.Random) -> None:
    what = chance.randrange(6)
    if what == 0:
        visits.go_straight(session, key)
    elif what == 1:
        visits.advance(session, key, chance.choice(list(Step)[:4]))
    elif what == 2 and key.has_reached(Step.APPROVE):
        _fails(session, key, chance.choice(CAUSES))
    elif what == 3:
        visits.come_from_help(session, key)
    elif what == 4 and key.has_reached(Step.APPROVE):
        record(session, EventKind.ATTEMPT_FAILED, key.invitation, cause=CAUSES[0].value)
        record(session, EventKind.NO_CHOICE_REPORTED, key.invitation, actor=Actor.APPROVER)
        session.commit()
    else:
        funnel.count_left(session)


def _standing(session: Session) -> Counter[tuple[Step, str]]:
    """Who stands where, and has not left."""
    found: Counter[tuple[Step, str]] = Counter()
    for place in session.scalars(select(FunnelPlace).where(FunnelPlace.left_at.is_(None))):
        found[place.step, ""] += 1
        if place.cause:
            found[place.step, place.cause] += 1
    return found


def test_weeks_begin_on_monday_in_stockholm() -> None:
    sunday = now().replace(year=2026, month=11, day=22, hour=22, minute=59)
    assert week_of(sunday).isoformat() == "2026-11-16"
    assert week_of(sunday + timedelta(minutes=2)).isoformat() == "2026-11-23"


def test_every_kind_of_count_is_written(session: Session, key: InvitationKey) -> None:
    visits.advance(session, key, Step.WELCOME)
    with time_machine.travel(now() + timedelta(hours=25)):
        funnel.count_left(session)
        visits.come_from_help(session, key)
    assert set(session.scalars(select(FunnelCount.counted))) == set(FunnelCounted)
