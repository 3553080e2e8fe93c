"""Sending letters: those asked for now, those whose day has come, and those a killed process left."""

from wizard.extensions import database, settings
from wizard.jobs.queue import every, job
from wizard.jobs.slots import LETTERS
from wizard.mail.sending import deliver
from wizard.mail.smtp import Mailer
from wizard.mail.standstill import Standstill
from wizard.services.concurrency.queue import SEND_LETTER
from wizard.services.invitations import stuck
from wizard.services.letters import daily_summary, dispatch
from wizard.wiring.addresses import for_letters

standstill = Standstill()


@job(SEND_LETTER)
def send_letter(letter_id: int) -> None:
    """Send one letter; nothing is left to do when somebody already has."""
    mailer = Mailer.of(settings)
    if mailer is None:
        with database.sessions() as session:
            dispatch.drop(session, letter_id)
        return
    with LETTERS.one() as free:
        if not free or not standstill.begin():
            return  # it is still due: whoever ends next takes it up, or the sweep
        answered = None
        try:
            answered = deliver(database.sessions, mailer, for_letters(), letter_id)
        finally:
            standstill.end(answered=answered)
    if not standstill.lasts:
        with database.sessions() as session:
            dispatch.take_up_due(session, most=1)


@every("* * * * * */15")
def sweep_letters() -> None:
    """Take up every letter that is due, unless the mail server does not answer."""
    if standstill.lasts:
        return
    with database.sessions() as session:
        dispatch.take_up_due(session)


@every("7 * * * *")
def tell_of_standstills() -> None:
    """Tell senders whose approvers have been stuck for days."""
    with database.sessions() as session:
        stuck.tell_of_standstills(session)


@every("*/5 * * * *")
def post_daily_summaries() -> None:
    """Put today's summaries in the outbox when their hour has come; without a mail server nobody gets one."""
    if Mailer.of(settings):
        with database.sessions() as session:
            while daily_summary.post_due(session, settings.summary_hour):
                pass
