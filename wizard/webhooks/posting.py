"""One POST to a receiver: to a public address only, with a deadline for the whole exchange."""

import ssl
import time
from contextlib import closing, suppress
from datetime import timedelta
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError, InvalidHeader, NewConnectionError, ProtocolError, SSLError
from urllib3.exceptions import TimeoutError as TooSlowError

from wizard.models import WebhookOutcome
from wizard.net.addresses import InnerAddressError, NameTooSlowError, Reach, UnreachableError
from wizard.net.connections import ask
from wizard.net.retry_after import seconds_asked
from wizard.plain_text import one_line
from wizard.services.webhooks.delivery_queue import DeliveryResult

SECONDS = 10.0
READ_BYTES = 2048
EXCERPT = 300
GONE = 410
ASKS_TO_WAIT = {429, 503}
LONGEST_WAIT = timedelta(days=1)


class Poster:
    """Posts to receivers; with ``local``, also to this computer, with http or https."""

    def __init__(self, *, local: bool) -> None:
        self._reach = Reach.INTERNET | Reach.THIS_COMPUTER if local else Reach.INTERNET
        self._trusted = ssl.create_default_context()

    def post(self, url: str, headers: dict[str, str], body: bytes) -> DeliveryResult:
        """Post once, within ten seconds in total; returns the outcome and never raises."""
        began = time.monotonic()
        status, excerpt, asked = None, None, None
        try:
            status, excerpt, asked = self._exchange(url, headers, body)
            outcome = _judged(status)
        except (UnreachableError, HTTPError, OSError, ValueError) as error:
            is_late = time.monotonic() >= began + SECONDS
            outcome = WebhookOutcome.TOO_SLOW if is_late else _explained(error)
        took = round((time.monotonic() - began) * 1000)
        return DeliveryResult(outcome, status, took, excerpt, asked)

    def _exchange(
        self, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, str | None, timedelta | None]:
        answer = ask(
            "POST",
            urlsplit(url),
            headers,
            body,
            reach=self._reach,
            trusted=self._trusted,
            timeout=Timeout(total=SECONDS),
        )
        with closing(answer):
            return answer.status, _excerpt(answer), _wait_asked(answer)


def _excerpt(answer: BaseHTTPResponse) -> str | None:
    """The beginning of the response body, as one printable line."""
    with suppress(HTTPError, OSError, ValueError):
        text = answer.read1(READ_BYTES, decode_content=False).decode("utf-8", "replace")
        return one_line(text)[:EXCERPT] or None
    return None


def _wait_asked(answer: BaseHTTPResponse) -> timedelta | None:
    """How long a receiver that is busy or away asks us to wait, a day at most."""
    asked = seconds_asked(answer.headers.get("Retry-After", ""))
    if asked is None or answer.status not in ASKS_TO_WAIT:
        return None
    return min(timedelta(seconds=asked), LONGEST_WAIT)


def _judged(status: int) -> WebhookOutcome:
    if 200 <= status < 300:
        return WebhookOutcome.TAKEN
    if 300 <= status < 400:
        return WebhookOutcome.REDIRECTED
    return WebhookOutcome.GONE if status == GONE else WebhookOutcome.REFUSED


def _explained(error: Exception) -> WebhookOutcome:
    """The outcome for an error; a ProtocolError wraps the error of http.client."""
    if isinstance(error, UnreachableError):
        return _nowhere(error)
    if isinstance(error, SSLError):
        return WebhookOutcome.NOT_TRUSTED
    if isinstance(error, NewConnectionError):  # a subclass of TimeoutError in urllib3
        return WebhookOutcome.UNREACHABLE
    if isinstance(error, TooSlowError):
        return WebhookOutcome.TOO_SLOW
    said = error.args[-1] if isinstance(error, ProtocolError) else error
    is_answer = isinstance(said, (HTTPException, InvalidHeader, ValueError))
    is_broken = isinstance(said, OSError)
    return WebhookOutcome.NOT_HTTP if is_answer and not is_broken else WebhookOutcome.UNREACHABLE


def _nowhere(error: UnreachableError) -> WebhookOutcome:
    if isinstance(error, InnerAddressError):
        return WebhookOutcome.PRIVATE_ADDRESS
    is_late = isinstance(error, NameTooSlowError)
    return WebhookOutcome.TOO_SLOW if is_late else WebhookOutcome.NAME_UNKNOWN
