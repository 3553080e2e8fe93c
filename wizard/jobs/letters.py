"""Sending letters: those asked for now, those whose day has come, and those a killed process left."""

from wizard.extensions import database, settings
from wizard.jobs.queue import queue, within_app
from wizard.mail.delivery import deliver
from wizard.mail.smtp import Mailer
from wizard.services import dispatch, standstills
from wizard.services.queue import SEND_LETTER
from wizard.web.addresses import for_letters


@queue.task(name=SEND_LETTER, pass_context=True)
@within_app
def send_letter(letter_id: int) -> None:
    """Send one letter; nothing is left to do when somebody already has."""
    mailer = Mailer.of(settings)
    if mailer:
        deliver(database.sessions, mailer, for_letters(), letter_id)
        return
    with database.sessions() as session:
        dispatch.drop(session, letter_id)


@queue.periodic(cron="* * * * * */15")
@queue.task(name="sweep_letters", queueing_lock="sweep_letters", pass_context=True)
@within_app
def sweep_letters(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Take up every letter that is due."""
    with database.sessions() as session:
        dispatch.take_up_due(session)


@queue.periodic(cron="7 * * * *")
@queue.task(name="tell_of_standstills", queueing_lock="tell_of_standstills", pass_context=True)
@within_app
def tell_of_standstills(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Tell senders whose approvers have been stuck for days."""
    with database.sessions() as session:
        standstills.tell_of_standstills(session)
