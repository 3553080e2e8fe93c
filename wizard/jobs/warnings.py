"""Telling people what no longer works: the firms of their connections, and us of outages and faults."""

from wizard.extensions import database, providers, settings
from wizard.jobs.queue import queue, within_app
from wizard.mail.smtp import Mailer
from wizard.services import alerts, outages, warnings
from wizard.services.alerts import Operator


@queue.periodic(cron="* * * * *")
@queue.task(name="watch_outages", queueing_lock="watch_outages", pass_context=True)
@within_app
def watch_outages(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Note outages that begin and end."""
    with database.sessions() as session:
        outages.watch(session, providers, _operator())


@queue.periodic(cron="* * * * *")
@queue.task(name="watch_faults", queueing_lock="watch_faults", pass_context=True)
@within_app
def watch_faults(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Look for faults that only we can mend."""
    with database.sessions() as session:
        alerts.watch(session, _operator())


@queue.periodic(cron="* * * * *")
@queue.task(name="send_warnings", queueing_lock="send_warnings", pass_context=True)
@within_app
def send_warnings(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Tell firms of connections that no longer work; without a mail server it waits for one."""
    if Mailer.of(settings):
        with database.sessions() as session:
            warnings.tell(session)


def _operator() -> Operator:
    """Who is to be mailed; nobody without a mail server."""
    if Mailer.of(settings) is None:
        return Operator()
    return Operator(settings.operator_email, settings.operator_deputy_email)
