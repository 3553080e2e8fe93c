"""One form is one press: whoever sends it first makes what it asks for, the others get the same answer."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import Press, now

LEASE = timedelta(seconds=60)  # longer than any request; after that its process was killed
KEPT = timedelta(days=1)
SWEEP = 10_000


@dataclass(frozen=True)
class Standing:
    """Where a form stands: ``mine``, an id, if the caller is to answer it; the ``answer`` it was given.

    ``made`` without an answer: its process was killed after it had made what was asked for. Neither:
    another request is at it.
    """

    mine: int | None = None
    answer: bytes | None = None
    made: bool = False


def claim(session: Session, form_hash: bytes) -> Standing:
    """Where the form with this hash stands; the first to ask has it. Commits."""
    mine = session.scalar(
        insert(Press)
        .values(form_hash=form_hash, claimed_at=now())
        .on_conflict_do_nothing()
        .returning(Press.id)
    )
    standing = Standing(mine) if mine else _standing(session, form_hash)
    session.commit()
    return standing


def mark_made(session: Session, press_id: int) -> None:
    """Note, in the transaction that makes what the form asks for, that it is made. The caller commits."""
    session.connection().execute(
        update(Press).where(Press.id == press_id, Press.made_at.is_(None)).values(made_at=now())
    )


def finish(session: Session, press_id: int, answer: bytes | None) -> None:
    """Keep the answer of a press that made something or leads on; else let the form be sent again. Commits."""
    if answer is None:
        gone = delete(Press).where(Press.id == press_id, Press.made_at.is_(None))
        session.execute(gone.execution_options(synchronize_session=False))
    else:
        session.execute(update(Press).where(Press.id == press_id).values(answer=answer))
    session.commit()


def is_made(session: Session, press_id: int) -> bool:
    """True if something was made by this press."""
    return session.scalar(select(Press.made_at).where(Press.id == press_id)) is not None


def forget_old(session: Session) -> int:
    """Delete a batch of presses older than a day; returns their number. Commits."""
    some = select(Press.id).where(Press.claimed_at < now() - KEPT).limit(SWEEP)
    deleted = session.scalars(delete(Press).where(Press.id.in_(some)).returning(Press.id)).all()
    session.commit()
    return len(deleted)


def _standing(session: Session, form_hash: bytes) -> Standing:
    press = session.scalar(select(Press).where(Press.form_hash == form_hash).with_for_update())
    if press is None:
        return Standing()  # given back a moment ago: to be claimed at the next try
    if press.answer is not None:
        return Standing(answer=press.answer)
    if now() - press.claimed_at < LEASE:
        return Standing()
    if press.made_at:
        return Standing(made=True)
    press.claimed_at = now()
    return Standing(mine=press.id)
