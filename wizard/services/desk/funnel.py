"""Counting where approvers come, go on and leave, in the transaction of what they did.

`history.record` hands over each event of an invitation, and the presses that write none come here too. What is
counted belongs to the week in which she came to the place: of those who came, so many went on. No page that is
only looked at counts anything.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import CTE, BindParameter, ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.causes import Cause
from wizard.models import (
    ALL_FIRMS,
    EventKind,
    FunnelCount,
    FunnelCounted,
    FunnelPlace,
    Invitation,
    Step,
    now,
)
from wizard.models.api import STOCKHOLM

LEFT_AFTER = timedelta(days=1)
SPANS = tuple(  # the longest of each span of time; what takes longer is in one more
    timedelta(seconds=seconds)
    for seconds in (15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400, 259_200)
)
BATCH = 500


def week_of(moment: datetime) -> date:
    """The Monday of a moment's week in Stockholm."""
    day = moment.astimezone(STOCKHOLM).date()
    return day - timedelta(days=day.weekday())


def follow(
    session: Session, kind: EventKind, invitation: Invitation, cause: str | None, note: str | None
) -> None:
    """Count what an event says of the guide, if it says anything. The caller commits.

    At most a few statements; takes the invitation's place last of its locks.
    """
    if kind not in BEGIN and kind not in HEARD and kind not in ENDS:
        return
    place = _place(session, invitation)
    if place is None and kind in BEGIN:
        place = _begin(session, invitation, BEGIN[kind])
    if place is None:
        return
    if kind in ENDS:
        _end(session, place)
    elif kind is EventKind.STEP_DONE:
        _reach(session, place, Step(note or ""))
    else:
        HEARD[kind](session, place, cause)


def press(session: Session, invitation: Invitation, *, helped: bool = False) -> None:
    """Count a press that writes no event; ``helped``: it leads back from the help. The caller commits."""
    if place := _place(session, invitation):
        _press(session, place)
        if helped:
            _help(session, place)


def finish(session: Session, invitation: Invitation) -> None:
    """Count that she went on from the last step: the company is connected. The caller commits."""
    if place := _place(session, invitation):
        count_finish(session, place)
        session.delete(place)


def taking_place(invitation_id: BindParameter[int], *when: ColumnElement[bool]) -> CTE:
    """The part of another statement that takes away the place of one who is about to be connected.

    What it gives is counted by ``count_finish``. Where the row is gone, nobody else counts of it.
    """
    mine = delete(FunnelPlace).where(FunnelPlace.invitation_id == invitation_id, *when)
    return mine.returning(*FunnelPlace.__table__.columns).cte("place")


def count_finish(session: Session, place: FunnelPlace) -> None:
    """Count that she went on from the place, which is held or taken away. The caller commits."""
    _no_longer_left(session, place)
    _leave_cause(session, place)
    _count(session, place, FunnelCounted.WENT_ON, took=_span(place.since))


def count_left(session: Session) -> int:
    """Count those who have pressed nothing for a day; how many. Commits. Call it until it returns 0."""
    gone = session.scalars(
        select(FunnelPlace)
        .where(FunnelPlace.left_at.is_(None), FunnelPlace.pressed_at < now() - LEFT_AFTER)
        .order_by(FunnelPlace.pressed_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for place in gone:
        place.left_at = now()
        _count_both(session, place, FunnelCounted.LEFT)
    session.commit()
    return len(gone)


def _place(session: Session, invitation: Invitation) -> FunnelPlace | None:
    return session.scalar(
        select(FunnelPlace)
        .where(FunnelPlace.invitation_id == invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _begin(session: Session, invitation: Invitation, step: Step) -> FunnelPlace | None:
    """Her first press: she has come to this step, the first but for who began before places were kept."""
    first = {
        "invitation_id": invitation.id,
        "firm_id": invitation.company.firm_id,
        "provider": invitation.provider,
        "step": step,
        "since": now(),
        "pressed_at": now(),
    }
    made = session.scalar(
        insert(FunnelPlace)
        .values(first)
        .on_conflict_do_nothing(index_elements=["invitation_id"])
        .returning(FunnelPlace.id)
    )
    place = _place(session, invitation)
    if made and place:
        _count(session, place, FunnelCounted.CAME)
    return place


def _reach(session: Session, place: FunnelPlace, step: Step) -> None:
    """She has come to a step; where another link of the invitation has been further, it is a press alone."""
    _press(session, place)
    if step.number <= place.step.number:
        return
    _leave_cause(session, place)
    _count(session, place, FunnelCounted.WENT_ON, took=_span(place.since))
    place.step, place.since, place.helped = step, now(), False
    _count(session, place, FunnelCounted.CAME)


def _depart(session: Session, place: FunnelPlace, _cause: str | None) -> None:
    """She goes to the provider: on from the page of a cause, if she was at one."""
    _press(session, place)
    _leave_cause(session, place)


def _press_alone(session: Session, place: FunnelPlace, _cause: str | None) -> None:
    _press(session, place)


def _choose_another(session: Session, place: FunnelPlace, _cause: str | None) -> None:
    """She says which cause it really was."""
    _press(session, place)
    _stop(session, place, Cause.DEFAULT_COMPANY.value)


def _stop(session: Session, place: FunnelPlace, cause: str | None) -> None:
    """A cause stops her; if she has left meanwhile, she has left its page too."""
    if cause is None or cause == place.cause:
        return
    _leave_cause(session, place)
    place.cause, place.cause_since, place.cause_helped = cause, now(), False
    _count(session, place, FunnelCounted.CAME, at_cause=True)
    if place.left_at:
        _count(session, place, FunnelCounted.LEFT, at_cause=True)


def _stop_no_more(session: Session, place: FunnelPlace, _cause: str | None) -> None:
    _leave_cause(session, place)


def _leave_cause(session: Session, place: FunnelPlace) -> None:
    """She goes on from the page of a cause, or it is over by itself while she is away."""
    if place.cause is None or place.cause_since is None:
        return
    if place.left_at:
        _count(session, place, FunnelCounted.CAME_BACK, at_cause=True)
    took = _span(place.cause_since)
    _count(session, place, FunnelCounted.WENT_ON, at_cause=True, took=took)
    place.cause = place.cause_since = None


def _press(session: Session, place: FunnelPlace) -> None:
    _no_longer_left(session, place)
    place.pressed_at = now()


def _no_longer_left(session: Session, place: FunnelPlace) -> None:
    if place.left_at:
        _count_both(session, place, FunnelCounted.CAME_BACK)
        place.left_at = None


def _help(session: Session, place: FunnelPlace) -> None:
    """Once for each place."""
    if not place.helped:
        _count(session, place, FunnelCounted.HELPED)
    if place.cause and not place.cause_helped:
        _count(session, place, FunnelCounted.HELPED, at_cause=True)
    place.helped, place.cause_helped = True, place.cause is not None


def _end(session: Session, place: FunnelPlace) -> None:
    """The invitation has ended without a connection: who had not left has left."""
    if place.left_at is None:
        _count_both(session, place, FunnelCounted.LEFT)
    session.delete(place)


def _count_both(session: Session, place: FunnelPlace, counted: FunnelCounted) -> None:
    """At the step, and at the cause that stops her there."""
    _count(session, place, counted)
    if place.cause:
        _count(session, place, counted, at_cause=True)


def _count(
    session: Session,
    place: FunnelPlace,
    counted: FunnelCounted,
    *,
    at_cause: bool = False,
    took: int = 0,
) -> None:
    since = (place.cause_since if at_cause else None) or place.since
    session.add_all(
        FunnelCount(
            week=week_of(since),
            firm_id=firm_id,
            provider=place.provider,
            step=place.step,
            cause=(place.cause or "") if at_cause else "",
            counted=counted,
            took=took,
            number=1,
        )
        for firm_id in (place.firm_id, ALL_FIRMS)
    )


def _span(since: datetime) -> int:
    """Which span of time has passed since then."""
    return bisect_left(SPANS, now() - since)


BEGIN = {
    EventKind.INVITATION_STARTED: Step.WELCOME,
    EventKind.STEP_DONE: Step.WELCOME,
    EventKind.WENT_TO_PROVIDER: Step.APPROVE,
}
HEARD: dict[EventKind, Callable[[Session, FunnelPlace, str | None], None]] = {
    EventKind.INVITATION_STARTED: _press_alone,
    EventKind.HANDED_OVER: _press_alone,
    EventKind.NUMBER_QUESTIONED: _press_alone,
    EventKind.CAUSE_TOLD: _press_alone,
    EventKind.NEW_LINK_ASKED: _press_alone,
    EventKind.NEWS_ASKED: _press_alone,
    EventKind.NO_CHOICE_REPORTED: _choose_another,
    EventKind.WENT_TO_PROVIDER: _depart,
    EventKind.ATTEMPT_FAILED: _stop,
    EventKind.WAIT_BEGAN: _stop,
    EventKind.WAIT_OVER: _stop_no_more,
}
ENDS = {
    EventKind.INVITATION_DECLINED,
    EventKind.INVITATION_WITHDRAWN,
    EventKind.INVITATION_EXPIRED,
}
