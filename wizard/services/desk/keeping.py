"""Keeping standings: sorted anew in the transaction that wrote what decides them, before it commits.

Triggers of the database mark each company of which something was written (migration 0030), whoever wrote it. A
session that has written takes its transaction's marks as its last act. Marks that others left,
and what time alone has changed, are the worker's.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    event,
    func,
    or_,
    select,
)
from sqlalchemy.orm import ORMExecuteState, Session

from wizard.models import (
    Authorization,
    Base,
    Company,
    Connection,
    Event,
    Invitation,
    InvitationKey,
    Letter,
    MoveReason,
    Standing,
    StandingMark,
    now,
)
from wizard.services.concurrency.picking import picked
from wizard.services.desk.facts import Gathered, gather
from wizard.services.desk.move import CHECK_LATE, whose_move

DECIDING: tuple[type[Base], ...] = (
    Authorization,
    Company,
    Connection,
    Event,
    Invitation,
    InvitationKey,
    Letter,
)
BATCH = 500
TOLD = "who is told of standings"  # in a session's info, as the next
WROTE = "wrote what decides standings"
LEFT = "leaves its marks"
TAKEN_ALONG = "companies whose marks it takes along"


def _locked(which: ColumnElement[bool]) -> Select[Standing]:
    """Standings, locked in one order for all, as they are now."""
    return (
        select(Standing)
        .where(which)
        .order_by(Standing.company_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


MINE = StandingMark.transaction == cast(cast(func.pg_current_xact_id(), Text), BigInteger)
ALONG = StandingMark.company_id.in_(bindparam("along", expanding=True))
GONE = delete(StandingMark).where(or_(MINE, ALONG)).returning(StandingMark.company_id).cte("gone")
MARKED = _locked(Standing.company_id.in_(select(GONE.c.company_id)))


def keep_standings() -> None:
    """Let every session of this process keep standings; to call it again does nothing."""
    if not event.contains(Session, "before_commit", _before_commit):
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "do_orm_execute", _executing)
        event.listen(Session, "before_commit", _before_commit)
        event.listen(Session, "after_rollback", _forget)


def sort_marked(session: Session) -> int:
    """Sort what others marked and did not sort: by old code, by hand, by a migration; how many. Commits.

    At most some hundred companies: call it until it returns 0.
    """
    some = select(StandingMark.id).order_by(StandingMark.id).limit(BATCH)
    some = some.with_for_update(skip_locked=True)
    marks = delete(StandingMark).where(StandingMark.id.in_(picked(some)))
    marked = session.scalars(marks.returning(StandingMark.company_id)).all()
    sort_companies(session, sorted(set(marked)))
    session.commit()
    return len(marked)


def sort_due(session: Session) -> int:
    """Sort what time alone has changed; how many. Commits. At most some hundred companies."""
    at = now()
    due = select(Standing.company_id).where(Standing.recheck_at <= at).limit(BATCH)
    overdue = (
        select(Connection.company_id)
        .join(Standing, Standing.company_id == Connection.company_id)
        .where(
            Connection.kept_alive,
            Connection.next_check_at < at - CHECK_LATE,
            Standing.reason == MoveReason.CONNECTED,
        )
        .limit(BATCH)
    )
    found = {*session.scalars(due), *session.scalars(overdue)}
    sort_companies(session, sorted(found))
    session.commit()
    return len(found)


def sort_companies(session: Session, company_ids: Sequence[int]) -> None:
    """Decide anew whose move it is for these companies. Locks their standings; the caller commits.

    The lock comes first, so that what another transaction has written is seen once it is ours.
    """
    _sort(session, session.scalars(_locked(Standing.company_id.in_(company_ids))).all())


def standing_of(gathered: Gathered) -> dict[str, Any]:
    """The columns of a standing, from a company's facts; name and firm are the triggers' to keep."""
    facts, move = gathered.facts, whose_move(gathered.facts)
    connection, invitation = facts.connection, facts.invitation
    living = invitation if invitation and invitation.is_living(facts.at) else None
    ends = [at for at in (move.recheck_at, living.expires_at if living else None) if at]
    return {
        "whose": move.whose,
        "reason": move.reason,
        "since": move.since,
        "step": move.step,
        "last_cause": move.last_cause,
        "connection_status": connection.status if connection else None,
        "invitation_status": invitation.status_at(facts.at) if invitation else None,
        "provider": gathered.provider,
        "consultant": gathered.consultant,
        "renewal_begun": connection is not None and living is not None and living.renews,
        "recheck_at": min(ends, default=None),
    }


def once_sorted(session: Session, company_id: int, tell: Callable[[Standing], None]) -> None:
    """Call ``tell`` with the company's standing when this transaction has decided it, before it commits."""
    session.info.setdefault(TOLD, []).append((company_id, tell))


def leave_marks(session: Session) -> None:
    """Leave what this transaction marks to the act's last one, which takes it along.

    For a step that another follows within the same request. If the process is killed in between, the
    worker takes the marks, as all that are left over.
    """
    session.info[LEFT] = True


def take_marks_of(session: Session, company_id: int) -> None:
    """Sort the company in this transaction if earlier steps have left marks of it."""
    session.info.setdefault(TAKEN_ALONG, set()).add(company_id)
    session.info[WROTE] = True


def _sort(session: Session, kept: Sequence[Standing]) -> None:
    found = gather(session, [standing.company_id for standing in kept], now())
    for standing in kept:
        if gathered := found.get(standing.company_id):
            for name, value in standing_of(gathered).items():
                if getattr(standing, name) != value:
                    setattr(standing, name, value)
    session.flush()


def _after_flush(session: Session, _context: object) -> None:
    if any(isinstance(row, DECIDING) for row in (*session.new, *session.dirty, *session.deleted)):
        session.info[WROTE] = True


def _executing(state: ORMExecuteState) -> None:
    writes = state.is_update or state.is_delete or state.is_insert
    if writes and state.bind_mapper and issubclass(state.bind_mapper.class_, DECIDING):
        state.session.info[WROTE] = True


def _before_commit(session: Session) -> None:
    """Sort what this transaction has marked; of a savepoint nothing, it is not the end."""
    if session.in_nested_transaction():
        return
    session.flush()
    left = session.info.pop(LEFT, False) and TOLD not in session.info
    along = session.info.pop(TAKEN_ALONG, ())
    if not session.info.pop(WROTE, False) or left:
        return
    kept = session.scalars(MARKED, {"along": list(along)}).all()
    if kept:
        _sort(session, kept)
    _tell(session, kept)


def _tell(session: Session, kept: Sequence[Standing]) -> None:
    known = {standing.company_id: standing for standing in kept}
    for company_id, tell in session.info.pop(TOLD, ()):
        if company_id not in known:
            mine = Standing.company_id == company_id
            known[company_id] = session.scalars(select(Standing).where(mine)).one()
        tell(known[company_id])


def _forget(session: Session) -> None:
    for noted in (WROTE, TOLD, LEFT, TAKEN_ALONG):
        session.info.pop(noted, None)
