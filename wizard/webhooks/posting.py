"""One call to a receiver: to the address that was checked, bounded in time by the clock on the wall.

Python's own client, since we connect the socket ourselves: the name is looked up once, what it led
to is what is connected to, and a receiver that drips a byte a second is cut off all the same.
"""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from wizard.models import WebhookOutcome
from wizard.services.names import printable
from wizard.services.webhook_delivery import Answer
from wizard.webhooks.addresses import HTTPS_PORT, NowhereError, resolve

SECONDS = 10.0
NAME_SECONDS = 3.0
CONNECT_SECONDS = 3.0
READ_BYTES = 2048
EXCERPT = 300
HTTP_PORT = 80
GONE = 410


class Poster:
    """Posts to receivers; with ``local``, also to this computer, over plain http if so asked."""

    def __init__(self, *, local: bool) -> None:
        self._local = local
        self._trusted = ssl.create_default_context()

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Post once, within ten seconds in all; what came of it, with nothing raised."""
        began = time.monotonic()
        status, excerpt = None, None
        try:
            status, excerpt = self._exchange(urlsplit(url), headers, body, began + SECONDS)
            outcome = _judged(status)
        except NowhereError as error:
            outcome = error.outcome
        except (OSError, HTTPException, ValueError) as error:
            is_late = time.monotonic() >= began + SECONDS
            outcome = WebhookOutcome.TOO_SLOW if is_late else _explained(error)
        return Answer(outcome, status, round((time.monotonic() - began) * 1000), excerpt)

    def _exchange(
        self, url: SplitResult, headers: dict[str, str], body: bytes, ends: float
    ) -> tuple[int, str | None]:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        with self._connected(url, ends) as line, closing(_OverLine(line)) as call:
            call.request("POST", target, body, {"Host": url.netloc, **headers})
            answer = call.getresponse()
            if time.monotonic() >= ends:  # cut off among the headers, which then seem to be over
                raise TimeoutError
            return answer.status, _excerpt(answer)

    @contextmanager
    def _connected(self, url: SplitResult, ends: float) -> Iterator[socket.socket]:
        """A line to the receiver, with its certificate verified; it is cut when the time is over."""
        host = url.hostname or ""
        port = url.port or (HTTPS_PORT if url.scheme == "https" else HTTP_PORT)
        addresses = resolve(host, port, NAME_SECONDS, local=self._local)
        line = _first_that_answers(addresses, port, ends)
        if url.scheme == "https":
            line = self._trusted.wrap_socket(
                line, server_hostname=host, do_handshake_on_connect=False
            )
        end = Timer(max(0.0, ends - time.monotonic()), _cut, [line])
        end.daemon = True
        end.start()
        try:
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            yield line
        finally:
            end.cancel()
            line.close()


class _OverLine(HTTPConnection):
    """HTTP over a line that is there already; never makes one of its own."""

    auto_open = 0

    def __init__(self, line: socket.socket) -> None:
        super().__init__("receiver")
        self.sock = line


def _first_that_answers(addresses: list[str], port: int, ends: float) -> socket.socket:
    """Connect to the first of the checked addresses that can be reached; OSError when none can."""
    failure: OSError = TimeoutError()
    for address in addresses:
        left = min(CONNECT_SECONDS, ends - time.monotonic())
        if left <= 0:
            break
        try:
            line = socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failure = error
        else:
            line.settimeout(SECONDS)
            return line
    raise failure


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _excerpt(answer: HTTPResponse) -> str | None:
    """The beginning of what was written back, as one line that can be shown."""
    with suppress(OSError, HTTPException, ValueError):
        text = answer.read1(READ_BYTES).decode("utf-8", "replace")
        return " ".join(printable(" ".join(text.split())).split())[:EXCERPT] or None
    return None


def _judged(status: int) -> WebhookOutcome:
    if 200 <= status < 300:
        return WebhookOutcome.TAKEN
    if 300 <= status < 400:
        return WebhookOutcome.REDIRECTED
    return WebhookOutcome.GONE if status == GONE else WebhookOutcome.REFUSED


def _explained(error: Exception) -> WebhookOutcome:
    if isinstance(error, ssl.SSLError):
        return WebhookOutcome.NOT_TRUSTED
    if isinstance(error, TimeoutError):
        return WebhookOutcome.TOO_SLOW
    is_answer = isinstance(error, (HTTPException, ValueError)) and not isinstance(error, OSError)
    return WebhookOutcome.NOT_HTTP if is_answer else WebhookOutcome.UNREACHABLE
