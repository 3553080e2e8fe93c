"""Telling the operator, once, that no worker answers; and once that one answers again.

A worker sends letters, and cannot send this one: a web process notices, and sends it itself.
"""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import Letter, LetterKind, LetterStatus
from wizard.services import outbox
from wizard.services.concurrency.locks import takes_turn

KINDS = (LetterKind.WORKER_SILENT, LetterKind.WORKER_BACK)

log = structlog.get_logger()


def note_silence(session: Session, operator: str) -> int | None:
    """No worker has answered for long: the letter about it that waits to be sent, made if there is none.

    None when it was sent, or another process sees to it, or nobody is to be mailed. Commits.
    """
    if not operator or not takes_turn(session, "worker_silence"):
        session.rollback()
        return None
    letter = _open(session)
    if letter is None:
        letter = outbox.post_to_operator(session, LetterKind.WORKER_SILENT, operator)
        log.error("no_worker_answers")
    waits = letter.id if letter.status is LetterStatus.WAITING else None
    session.commit()
    return waits


def note_answer(session: Session) -> None:
    """A worker answers: tell who was told that none did, and otherwise nobody. Commits."""
    letter = _open(session)
    if letter is None or not takes_turn(session, "worker_silence"):
        session.rollback()
        return
    session.refresh(letter, with_for_update=True)
    if letter.status is LetterStatus.WAITING:
        letter.status = LetterStatus.CANCELLED
    elif _open(session) is letter:
        outbox.post_to_operator(session, LetterKind.WORKER_BACK, letter.recipient, about=letter)
        log.warning("a_worker_answers_again")
    session.commit()


def _open(session: Session) -> Letter | None:
    """The letter that told of the silence, while none has told of its end."""
    last = session.scalar(
        select(Letter)
        .where(
            Letter.invitation_id.is_(None),
            Letter.kind.in_(KINDS),
            Letter.status != LetterStatus.CANCELLED,
        )
        .order_by(Letter.id.desc())
        .limit(1)
    )
    return last if last and last.kind is LetterKind.WORKER_SILENT else None
