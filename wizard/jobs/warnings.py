"""Telling people what no longer works: the firms of their connections, and us of outages and faults."""

from wizard.extensions import database, providers, settings
from wizard.jobs.queue import every
from wizard.mail.smtp import Mailer
from wizard.services.api import api_keys
from wizard.services.warnings import firm_warnings, operator_alerts, outages
from wizard.services.warnings.operator_alerts import Operator


@every("* * * * *")
def watch_outages() -> None:
    """Note outages that begin and end."""
    with database.sessions() as session:
        outages.watch(session, providers, _operator())


@every("* * * * *")
def watch_faults() -> None:
    """Look for faults that only we can mend."""
    with database.sessions() as session:
        operator_alerts.watch(session, _operator())


@every("* * * * *")
def send_warnings() -> None:
    """Tell firms of connections that no longer work; without a mail server it waits for one."""
    if Mailer.of(settings):
        with database.sessions() as session:
            firm_warnings.tell(session)


@every("*/10 * * * *")
def warn_of_key_ends() -> None:
    """Tell firms of API keys that end soon; without a mail server it waits for one."""
    if Mailer.of(settings):
        with database.sessions() as session:
            while api_keys.warn_of_ends(session):
                pass


def _operator() -> Operator:
    """Who is to be mailed; nobody without a mail server."""
    if Mailer.of(settings) is None:
        return Operator()
    return Operator(settings.operator_email, settings.operator_deputy_email)
