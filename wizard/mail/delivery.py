"""Delivering one letter of the outbox: its key made, rendered, handed over, marked."""

import structlog
from sqlalchemy.orm import Session, sessionmaker

from wizard.mail.addresses import Addresses
from wizard.mail.contents import facts_of
from wizard.mail.envelopes import envelop
from wizard.mail.rendering import render
from wizard.mail.smtp import Mailer, NotSentError
from wizard.services import dispatch

log = structlog.get_logger()


def deliver(
    sessions: sessionmaker[Session], mailer: Mailer, addresses: Addresses, letter_id: int
) -> None:
    """Send a letter if it is due; what came of it stands in the outbox, with nothing raised.

    Killed at any moment, the letter is sent again in five minutes with the same Message-ID.
    """
    with sessions() as session:
        taken = dispatch.take_up(session, letter_id)
        if taken is None:
            return
        letter = taken.letter
        facts = facts_of(session, letter, addresses, taken.secret)
        words = render(letter.kind.value, letter.language, facts)
        message = envelop(letter, words, mailer.sender)
        session.rollback()  # no transaction while the mail server is spoken to
        try:
            mailer.send(message)
        except NotSentError as error:
            _failed(session, letter_id, error)
        else:
            dispatch.mark_sent(session, letter_id)
            log.info("letter_sent", letter=letter_id, kind=letter.kind.value)


def _failed(session: Session, letter_id: int, error: NotSentError) -> None:
    ours = error.lasting and not error.refused
    write = log.error if ours else log.warning
    write("letter_not_sent", letter=letter_id, reason=str(error), refused=error.refused)
    dispatch.mark_failed(session, letter_id, str(error), refused=error.refused)
