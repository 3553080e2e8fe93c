"""The last days of consents, told of in time and kept; and what firms answer in their yearly review."""

from wizard.extensions import database, settings
from wizard.jobs.queue import every
from wizard.mail.smtp import Mailer
from wizard.services.connections import consent_ends, yearly_review


@every("* * * * * 20")
def end_consents() -> None:
    """End connections whose last day has passed."""
    with database.sessions() as session:
        consent_ends.end_over(session)


@every("*/10 * * * *")
def tell_of_last_days() -> None:
    """Tell firms of last days that are near; without a mail server it waits for one."""
    if Mailer.of(settings):
        with database.sessions() as session:
            while consent_ends.tell(session):
                pass


@every("* * * * * 40")
def end_reviewed() -> None:
    """End what firms have marked and confirmed in their yearly review."""
    with database.sessions() as session:
        yearly_review.end_asked(session)


@every("17 * * * *")
def remind_of_reviews() -> None:
    """Remind firms of clients to answer about; without a mail server it waits for one."""
    if Mailer.of(settings):
        with database.sessions() as session:
            while yearly_review.remind(session):
                pass
