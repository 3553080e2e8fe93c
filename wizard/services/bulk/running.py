"""Doing a bulk action, company by company, in steps that may be killed between.

What is done to a company is written in one transaction with the mark on its row, so that it is not done
again; the result of a check too. What no longer is as the preview saw it is left alone, and told apart.
Mails go at a calm rate and within the caps of a day, checks in the turn of the background's.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import (
    AuditAction,
    BulkAct,
    BulkAction,
    BulkFate,
    BulkReason,
    BulkRow,
    BulkStatus,
    Company,
    User,
    now,
)
from wizard.services.audit.trail import About, acting_as, by_user, record
from wizard.services.bulk.effects import Doing, act_on
from wizard.services.bulk.facts import Facts, gather
from wizard.services.bulk.judging import COUNTED, MAILING, Verdict, judge, may
from wizard.services.concurrency.locks import hold, hold_company
from wizard.services.concurrency.queue import RUN_BULK, enqueue
from wizard.services.connections import rounds
from wizard.services.connections.health import Finding
from wizard.services.context import ProviderContext
from wizard.services.invitations.mailing import MOST_IN_ONE
from wizard.services.throttling import letter_caps
from wizard.services.throttling.letter_caps import Caps, Sending

FRESH = timedelta(days=1)  # a preview that is older is made anew
TURN_SECONDS = 15.0  # then another bulk action has its turn
LEASE = timedelta(minutes=2)  # longer than a check can take
CALM = (*MAILING, BulkAct.DISCONNECT)  # which mails too, and hands back at the provider

log = structlog.get_logger()


class NotStartableError(Exception):
    """It is too old, stopped or not hers: the preview has to be made anew."""


@dataclass(frozen=True)
class Work:
    """What the background needs: sessions, the provider that is invited to, caps, and a context for each provider."""

    sessions: sessionmaker[Session]
    provider: str
    caps: Caps
    context: Callable[[str], ProviderContext]


def start(session: Session, found: BulkAction, user: User) -> None:
    """Let the background do what the preview says. Commits. Idempotent. Raises NotStartableError."""
    hold(session, found)
    if found.status in {BulkStatus.RUNNING, BulkStatus.DONE}:
        session.commit()
        return
    if (
        found.status is not BulkStatus.PREVIEWED
        or found.created_at < now() - FRESH
        or found.made_by_id != user.id
        or not may(user, found.act)
    ):
        session.rollback()
        raise NotStartableError
    found.status, found.started_at = BulkStatus.RUNNING, now()
    number = session.scalar(select(func.count()).where(*_to_do(found))) or 0
    about = About(found, found.public_id, firm_id=found.firm_id)
    after = {"done": f"bulk_{found.act}", "number": number}
    record(session, AuditAction.BULK_DONE, about, after=after)
    _wake(session, found)
    session.commit()


def stop(session: Session, found: BulkAction) -> None:
    """Leave what is not done yet. Commits. Idempotent."""
    hold(session, found)
    if found.status in {BulkStatus.PREVIEWED, BulkStatus.RUNNING}:
        found.status, found.ended_at = BulkStatus.STOPPED, now()
        _leave(session, found, BulkReason.STOPPED)
        about = About(found, found.public_id, firm_id=found.firm_id)
        record(session, AuditAction.BULK_DONE, about, after={"done": "bulk_stopped"})
    session.commit()


def run(work: Work, bulk_id: int) -> None:
    """Go on with a bulk action for some seconds, at its rate; then enqueue the rest."""
    act = _act(work, bulk_id)
    if act is None:
        return
    step = partial(_check_one if act is BulkAct.CHECK else _do_one, work, bulk_id)
    most = letter_caps.CALM if act in CALM else None
    ends, number, more = time.monotonic() + TURN_SECONDS, 0, True
    while more and time.monotonic() < ends and (most is None or number < most):
        more = step()
        number += more
    _end_or_go_on(work, bulk_id, may_more=more)


def take_up_all(session: Session) -> int:
    """Enqueue every bulk action that is under way, whether or not a job remembers it; how many. Commits."""
    running = select(BulkAction.id).where(BulkAction.status == BulkStatus.RUNNING)
    ids = session.scalars(running).all()
    for bulk_id in ids:
        enqueue(session, RUN_BULK, once=_lock(bulk_id), bulk_id=bulk_id)
    session.commit()
    return len(ids)


def wake(session: Session, bulk_id: int, at: datetime) -> None:
    """Enqueue its next turn. Commits."""
    enqueue(session, RUN_BULK, at=at, once=_lock(bulk_id), bulk_id=bulk_id)
    session.commit()


def _act(work: Work, bulk_id: int) -> BulkAct | None:
    """What is under way; None if nothing is, or if who asked may not any more."""
    with work.sessions() as session:
        found = session.get(BulkAction, bulk_id)
        if found is None:
            return None
        hold(session, found)
        act = found.act if found.status is BulkStatus.RUNNING else None
        she = found.made_by
        if act and not (may(she, act) and she.firm_id == found.firm_id):
            _leave(session, found, BulkReason.NOT_ALLOWED)
            found.status, found.ended_at, act = BulkStatus.STOPPED, now(), None
        session.commit()
        return act


def _do_one(work: Work, bulk_id: int) -> bool:
    """Do the next company's act, and with a mail all companies' of its reader; False when none may be done now."""
    with work.sessions() as session:
        found = _held(session, bulk_id)
        row = _next_row(session, work, found) if found else None
        if found is None or row is None:
            return False
        with acting_as(by_user(found.made_by, None)):
            _do(session, work, found, _with_same_reader(session, found, row))
        session.commit()
        return True


def _with_same_reader(session: Session, found: BulkAction, row: BulkRow) -> list[BulkRow]:
    """The row, and those that go in the same mail: of one firm, to one address."""
    if found.act not in MAILING or found.firm_id is None or not row.email:
        return [row]
    hers = _rows(found).where(BulkRow.email == row.email).limit(MOST_IN_ONE)
    return list(session.scalars(hers))


def _do(session: Session, work: Work, found: BulkAction, rows: list[BulkRow]) -> None:
    doings, ids = [], [row.id for row in rows]
    for row in sorted(rows, key=lambda one: one.company_id or 0):
        facts = _facts_now(session, row)
        verdict = judge(found.act, facts, found.responsible_id) if facts else None
        if facts is None or verdict is None or _is_other(verdict, row):
            _left(row, verdict.reason if verdict else None)
            continue
        row.fate, row.done_at = BulkFate.DONE, now()
        doings.append(Doing(session, facts, found.made_by, row, work.provider, found.responsible))
    if not doings:
        return
    if found.act in COUNTED:
        letter_caps.note(session, work.caps, _sending(found, doings[0].row, doings[0].facts))
    try:
        act_on(found.act, doings)  # which commits, with the marks
    except OperationalError:  # the database: taken up again
        raise
    except Exception:
        session.rollback()
        log.exception("bulk_row_failed", act=found.act, rows=ids)
        for row_id in ids:
            _left(session.get_one(BulkRow, row_id), BulkReason.FAILED)


def _check_one(work: Work, bulk_id: int) -> bool:
    """Check the next company's connection in its turn; no transaction is open while the provider answers."""
    with work.sessions() as session:
        found = _held(session, bulk_id)
        row = session.scalar(_rows(found).limit(1)) if found else None
        if found is None or row is None:
            return False
        she, row_id = found.made_by, row.id
        facts = _facts_now(session, row)
        verdict = judge(found.act, facts) if facts else None
        if facts is None or verdict is None or facts.connection is None or _is_other(verdict, row):
            _left(row, verdict.reason if verdict else None)
            session.commit()
            return True
        row.taken_at = now()
        connection_id, provider = facts.connection.id, facts.connection.provider
        session.commit()
    try:
        with acting_as(by_user(she, None)):
            note = partial(_note_check, row_id)
            rounds.check_in_turn(work.context(provider), connection_id, staff=she, note=note)
    except OperationalError:
        raise
    except Exception:
        log.exception("bulk_row_failed", act=BulkAct.CHECK, rows=[row_id])
        with work.sessions() as session:
            _left(session.get_one(BulkRow, row_id), BulkReason.FAILED)
            session.commit()
    return True


def _note_check(row_id: int, session: Session, finding: Finding) -> None:
    """The mark of a check, in the transaction that records it."""
    session.execute(
        update(BulkRow)
        .where(BulkRow.id == row_id, BulkRow.fate == BulkFate.WILL)
        .values(fate=BulkFate.DONE, done_at=now(), found=finding.word)
    )


def _held(session: Session, bulk_id: int) -> BulkAction | None:
    """The action, locked: one step of it at a time, and none after Stop."""
    found = session.get_one(BulkAction, bulk_id)
    hold(session, found)
    return found if found.status is BulkStatus.RUNNING else None


def _to_do(found: BulkAction) -> tuple[ColumnElement[bool], ...]:
    return BulkRow.bulk_id == found.id, BulkRow.fate == BulkFate.WILL


def _rows(found: BulkAction) -> Select[BulkRow]:
    is_free = or_(BulkRow.taken_at.is_(None), BulkRow.taken_at < now() - LEASE)
    return select(BulkRow).where(*_to_do(found), is_free).order_by(BulkRow.id)


def _next_row(session: Session, work: Work, found: BulkAction) -> BulkRow | None:
    """The next that is to be done, and whose mail the caps of the day let go."""
    if found.act not in COUNTED:
        return session.scalar(_rows(found).limit(1))
    emails, firms = set[str](), set[int]()  # that are full today
    rows = _rows(found).outerjoin(Company, Company.id == BulkRow.company_id)
    while True:
        free = (BulkRow.email.not_in(emails), Company.firm_id.not_in(firms))
        row = session.scalar(rows.where(*free).limit(1))
        if row is None or row.company is None:
            return row
        email, firm_id = row.email or "", row.company.firm_id
        cap = letter_caps.full(session, work.caps, Sending(email, found.made_by.email, firm_id))
        if cap is None:
            return row
        if cap == letter_caps.BY_ONE:
            return None
        if cap == letter_caps.TO_ONE:
            emails.add(email)
        else:
            firms.add(firm_id)


def _sending(found: BulkAction, row: BulkRow, facts: Facts) -> Sending:
    return Sending(row.email or "", found.made_by.email, facts.company.firm_id)


def _facts_now(session: Session, row: BulkRow) -> Facts | None:
    """The company as it stands, locked; None when it was removed."""
    if row.company_id is None:
        return None
    hold_company(session, row.company_id)
    return next(iter(gather(session, [row.company_id])), None)


def _is_other(verdict: Verdict, row: BulkRow) -> bool:
    """Whether it stands differently from what the preview saw."""
    return verdict.reason is not None or (verdict.seen, verdict.email) != (row.seen, row.email)


def _left(row: BulkRow, reason: BulkReason | None) -> None:
    row.fate, row.reason, row.done_at = BulkFate.NOT_DONE, reason or BulkReason.CHANGED, now()


def _leave(session: Session, found: BulkAction, reason: BulkReason) -> None:
    """Do nothing more to the rest."""
    session.execute(
        update(BulkRow)
        .where(*_to_do(found))
        .values(fate=BulkFate.NOT_DONE, reason=reason, done_at=now())
    )


def _end_or_go_on(work: Work, bulk_id: int, *, may_more: bool) -> None:
    """End the action, or enqueue its next turn: soon, or when the caps begin anew."""
    with work.sessions() as session:
        found = _held(session, bulk_id)
        if found is None:
            return
        left = session.scalar(select(BulkRow.id).where(*_to_do(found)).limit(1))
        if left is None:
            found.status, found.ended_at = BulkStatus.DONE, now()
        elif found.act in CALM:
            again = now() + letter_caps.PAUSE
            _wake(session, found, again if may_more else letter_caps.begin_anew())
        else:
            _wake(session, found, None if may_more else now() + LEASE)
        session.commit()


def _wake(session: Session, found: BulkAction, at: datetime | None = None) -> None:
    enqueue(session, RUN_BULK, at=at, once=_lock(found.id), bulk_id=found.id)


def _lock(bulk_id: int) -> str:
    return f"{RUN_BULK}:{bulk_id}"
