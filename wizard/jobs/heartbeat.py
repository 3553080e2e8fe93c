"""A sign of life for somebody else to miss: WIZARD_HEARTBEAT_URL is asked while work is done."""

import ssl
from urllib.parse import urlsplit

import structlog
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from wizard.extensions import database, settings
from wizard.jobs.queue import every
from wizard.net.addresses import UnreachableError
from wizard.net.connections import ask
from wizard.services.upkeep import heartbeat

SECONDS = 10.0

log = structlog.get_logger()


@every("* * * * *")
def give_sign_of_life() -> None:
    """Ask the address, unless work that is due has waited too long: then the silence tells."""
    url = settings.heartbeat_url.get_secret_value()
    if not url:
        return
    with database.sessions() as session:
        late = heartbeat.pulse(session).late
    if late:
        log.error("heartbeat_withheld", late=sorted(late))
        return
    try:
        answer = ask(
            "GET",
            urlsplit(url),
            {},
            reach=None,
            trusted=ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH),
            timeout=Timeout(total=SECONDS),
        )
        answer.close()
        if answer.status >= 300:
            log.warning("heartbeat_refused", status=answer.status)
    except (HTTPError, OSError, UnreachableError) as error:  # its words hold the address, a secret
        log.warning("heartbeat_not_given", error=type(error).__name__)
