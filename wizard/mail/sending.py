"""Delivery of one letter of the outbox: create its key, render, send, record the result."""

import structlog
from sqlalchemy.orm import Session, sessionmaker

from wizard import figures
from wizard.mail.envelopes import envelop
from wizard.mail.rendering import render
from wizard.mail.smtp import Mailer, NotSentError
from wizard.services.letters import dispatch
from wizard.services.letters.draft import Draft
from wizard.services.letters.kinds import facts_of, words_of
from wizard.services.letters.links import Addresses

log = structlog.get_logger()


def deliver(
    sessions: sessionmaker[Session], mailer: Mailer, addresses: Addresses, letter_id: int
) -> bool | None:
    """Send a letter if it is due; the result is recorded in the outbox, and nothing is raised.

    Returns False if the mail server did not answer, and None if it was not asked.

    If the process is killed, the letter is sent again in five minutes with the same Message-ID.
    """
    with sessions() as session:
        taken = dispatch.take_up(session, letter_id)
        if taken is None:
            return None
        letter = taken.letter
        draft = Draft(session, letter, addresses, taken.secret, taken.companions)
        words = render(words_of(draft), letter.language, facts_of(draft))
        message = envelop(letter, words, mailer.sender, addresses.operator, taken.companions)
        session.rollback()  # no transaction may be open during the call
        try:
            mailer.send(message)
        except NotSentError as error:
            _failed(session, letter.id, error)
            return error.answered
        dispatch.mark_sent(session, letter.id)
        figures.LETTERS.labels("sent").inc()
        log.info("letter_sent", letter=letter.id, kind=letter.kind.value)
        return True


def _failed(session: Session, letter_id: int, error: NotSentError) -> None:
    figures.LETTERS.labels(_outcome(error)).inc()
    ours = error.lasting and not error.refused
    write = log.error if ours else log.warning
    write("letter_not_sent", letter=letter_id, reason=str(error), refused=error.refused)
    dispatch.mark_failed(session, letter_id, str(error), refused=error.refused)


def _outcome(error: NotSentError) -> str:
    """What a letter that was not sent is counted as."""
    if error.refused:
        return "recipient_refused"
    return "server_refused" if error.answered else "unanswered"
