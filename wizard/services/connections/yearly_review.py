"""Once a year a firm says of each client whether it still needs to read: kept, or to be ended.

Only what is marked to be ended, and then confirmed after a preview, is ended. What is not answered is
reminded of, and goes on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, true, update
from sqlalchemy.orm import Session, contains_eager

from wizard.models import (
    AuditAction,
    Connection,
    Firm,
    Letter,
    LetterKind,
    User,
    now,
)
from wizard.models.connection import TO_BE_ENDED
from wizard.services import outbox
from wizard.services.audit.trail import About, record
from wizard.services.concurrency.locks import hold, hold_company
from wizard.services.connections.disconnection import disconnect
from wizard.services.pages import Page, number_in, read_page

YEARLY = timedelta(days=365)
REMINDED_EVERY = timedelta(days=30)
SOME = 100


@dataclass(frozen=True)
class Numbers:
    """How many of a firm's connections wait for an answer, are marked to be ended, and are being ended."""

    due: int
    marked: int
    ending: int


def numbers(session: Session, firm_id: int) -> Numbers:
    """The numbers of a firm. One statement."""
    number = func.count()
    mine = (Connection.firm_id == firm_id, Connection.is_living)
    row = session.execute(
        select(
            number.filter(_is_due()),
            number.filter(_is_marked()),
            number.filter(Connection.ending_asked_at.is_not(None)),
        ).where(*mine)
    ).one()
    return Numbers(row[0], row[1], row[2])


def due(session: Session, firm_id: int, after: str = "") -> Page[Connection]:
    """A page of connections to be answered about, the oldest first, each with its company. One statement."""
    return _page(session, firm_id, _is_due(), after)


def marked(session: Session, firm_id: int, after: str = "") -> Page[Connection]:
    """A page of those marked to be ended. One statement."""
    return _page(session, firm_id, _is_marked(), after)


def answer(session: Session, user: User, keep: Collection[str], end: Collection[str]) -> None:
    """Mark connections of the member's firm, by their public ids, as kept or as to be ended. Commits.

    Others' and ended ones are passed over, and so is what has been answered about meanwhile.
    """
    kept = _mark(session, user, keep, {"kept_at": now(), "to_end_at": None})
    ended = _mark(session, user, end, {"to_end_at": now()})
    for word, number in (("review_kept", kept), ("review_marked", ended)):
        if number:
            _note(session, user, word, number)
    session.commit()


def take_back(session: Session, user: User, ids: Collection[str]) -> None:
    """Take marks away, before anything is ended: they wait for an answer again. Commits."""
    session.execute(
        update(Connection)
        .where(_of(user), Connection.public_id.in_(ids), _is_marked())
        .values(to_end_at=None)
    )
    session.commit()


def end_marked(session: Session, user: User, number: int) -> bool:
    """Let the background end what is marked; False if that are not as many as were shown. Commits."""
    firm = session.get_one(Firm, user.firm_id)
    hold(session, firm)  # two who press at once ask for the same
    ids = session.scalars(select(Connection.id).where(_of(user), _is_marked())).all()
    if len(ids) != number or not ids:
        session.rollback()
        return False
    session.execute(
        update(Connection)
        .where(Connection.id.in_(ids))
        .values(ending_asked_at=now(), ending_asked_by_id=user.id)
    )
    _note(session, user, "review_ended", number)
    session.commit()
    return True


def end_asked(session: Session) -> int:
    """End some of what was confirmed, each in a transaction of its own; how many were looked at.

    A killed process leaves the rest marked, and the next goes on. One that was approved anew since
    is not ended.
    """
    asked = select(Connection.id).where(TO_BE_ENDED).order_by(Connection.ending_asked_at)
    ids = session.scalars(asked.limit(SOME)).all()
    session.commit()
    for connection_id in ids:
        connection = session.get_one(Connection, connection_id)
        hold_company(session, connection.company_id)
        hold(session, connection)
        renewed, asked_at = connection.renewed_at, connection.ending_asked_at
        if asked_at is None or (renewed and renewed > asked_at):
            connection.ending_asked_at = connection.to_end_at = None
            session.commit()
            continue
        by = session.get(User, connection.ending_asked_by_id)
        disconnect(session, connection, staff=by)
    return len(ids)


def remind(session: Session) -> int:
    """Remind firms, once in thirty days, of what they have not answered about; how many. Commits."""
    lately = (
        select(Letter.id)
        .where(
            Letter.firm_id == Firm.id,
            Letter.invitation_id.is_(None),
            Letter.kind == LetterKind.REVIEW_DUE,
            Letter.created_at > now() - REMINDED_EVERY,
        )
        .exists()
    )
    waits = select(Connection.id).where(Connection.firm_id == Firm.id, _is_due()).exists()
    firms = session.scalars(
        select(Firm)
        .where(waits, ~lately)
        .order_by(Firm.id)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    ).all()
    for firm in firms:
        outbox.post_to_firm(session, LetterKind.REVIEW_DUE, firm)
    session.commit()
    return len(firms)


def is_due(session: Session, letter: Letter) -> bool:
    """True if the letter's firm still has something to answer."""
    return letter.firm_id is not None and numbers(session, letter.firm_id).due > 0


def _is_due() -> ColumnElement[bool]:
    """Living, neither approved nor kept within a year, and not marked."""
    last = func.greatest(Connection.kept_at, Connection.renewed_at, Connection.created_at)
    return (last < now() - YEARLY) & Connection.to_end_at.is_(None) & Connection.is_living


def _is_marked() -> ColumnElement[bool]:
    """Marked to be ended and not confirmed; what was approved anew since is not."""
    renewed = or_(Connection.renewed_at.is_(None), Connection.renewed_at < Connection.to_end_at)
    asked = Connection.ending_asked_at.is_(None)
    return Connection.to_end_at.is_not(None) & asked & renewed & Connection.is_living


def _of(user: User) -> ColumnElement[bool]:
    return Connection.firm_id == user.firm_id


def _page(
    session: Session, firm_id: int, which: ColumnElement[bool], after: str
) -> Page[Connection]:
    last = number_in(after)
    query = (
        select(Connection)
        .join(Connection.company)
        .where(Connection.firm_id == firm_id, which, Connection.id > last if last else true())
        .order_by(Connection.id)
        .options(contains_eager(Connection.company))
    )
    return read_page(session, query, lambda one: one, lambda one: one.id)


def _mark(session: Session, user: User, ids: Collection[str], values: dict[str, object]) -> int:
    found = session.scalars(
        update(Connection)
        .where(_of(user), Connection.public_id.in_(ids), _is_due())
        .values(values)
        .returning(Connection.id)
    )
    return len(found.all())


def _note(session: Session, user: User, word: str, number: int) -> None:
    firm = session.get_one(Firm, user.firm_id)
    about = About(firm, firm.name, firm_id=firm.id)
    record(session, AuditAction.BULK_DONE, about, after={"done": word, "number": number})
