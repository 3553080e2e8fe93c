"""The operator is told once that no worker answers, and once that one does again."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import Letter, LetterKind, LetterStatus
from wizard.services.letters import dispatch
from wizard.services.upkeep import worker_silence

US = "drift@example.com"


def kinds(session: Session) -> list[LetterKind]:
    return list(session.scalars(select(Letter.kind).order_by(Letter.id)))


def test_one_letter_for_each_death_and_one_for_each_return(session: Session) -> None:
    worker_silence.note_answer(session)
    first = worker_silence.note_silence(session, US)
    assert first is not None
    assert worker_silence.note_silence(session, US) == first  # not sent yet: it is tried again
    dispatch.mark_sent(session, first)
    assert worker_silence.note_silence(session, US) is None
    for _ in range(2):
        worker_silence.note_answer(session)
    assert kinds(session) == [LetterKind.WORKER_SILENT, LetterKind.WORKER_BACK]
    assert worker_silence.note_silence(session, US) not in {None, first}
    assert kinds(session)[2:] == [LetterKind.WORKER_SILENT]


def test_a_letter_that_did_not_go_before_the_return_does_not_go(session: Session) -> None:
    letter = worker_silence.note_silence(session, US)
    worker_silence.note_answer(session)
    assert kinds(session) == [LetterKind.WORKER_SILENT]
    assert session.get_one(Letter, letter).status is LetterStatus.CANCELLED


def test_without_an_operator_nobody_is_told(session: Session) -> None:
    assert worker_silence.note_silence(session, "") is None
    assert kinds(session) == []
