"""HTTP to providers: bounded in time and size, never redirected, nothing taken from the environment."""

import io
import time
from typing import TYPE_CHECKING, Any, cast

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from wizard.providers.gate import (
    Gate,
    OpenGate,
    TooManyRequestsError,
    closed_seconds,
    endpoint_of,
)
from wizard.providers.timed import POOLS

if TYPE_CHECKING:
    from urllib3 import HTTPResponse

MAX_BYTES = 8 * 1024 * 1024
PIECE = 64 * 1024
CONNECT_SECONDS = 3.0
LEAST_SECONDS = 0.05
TOO_MANY_REQUESTS = 429


class AnswerTooLargeError(OSError):
    """A provider sent more than any answer of its API can be."""


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole, within the time given and a size that no true answer exceeds.

    Every call passes the gate; an answer 429 closes it.
    """

    def __init__(self, gate: Gate | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.poolmanager.pool_classes_by_scheme = POOLS
        self._gate = gate or OpenGate()

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send, read and close; BudgetSpentError, a timeout or AnswerTooLargeError past the bounds."""
        seconds = cast("float", kwargs.pop("timeout"))
        ends = time.monotonic() + seconds
        endpoint = endpoint_of(request.url or "")
        with self._gate.call(endpoint, seconds):
            response = self._exchange(request, ends, *args, **kwargs)
        if response.status_code == TOO_MANY_REQUESTS:
            self._gate.close(endpoint, closed_seconds(response))
            raise TooManyRequestsError
        return response

    def _exchange(
        self, request: PreparedRequest, ends: float, *args: Any, **kwargs: Any
    ) -> Response:
        left = max(LEAST_SECONDS, ends - time.monotonic())
        # What has been sent is waited for: a slow way there must not cost an answer with new tokens.
        kwargs["timeout"] = (min(CONNECT_SECONDS, left), left)
        response = super().send(request, *args, **kwargs)
        raw = cast("HTTPResponse", response.raw)
        body = bytearray()
        while piece := raw.read1(PIECE, decode_content=True):
            body += piece
            if len(body) > MAX_BYTES:
                raw.close()
                raise AnswerTooLargeError
        raw.release_conn()
        response.raw = io.BytesIO(bytes(body))
        return response


def prepare(session: Session, adapter: HTTPAdapter) -> None:
    """Make a session strict: our adapter, no proxies or netrc from the environment, no cookies."""
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["Accept"] = "application/json"


def oauth_session(
    adapter: HTTPAdapter, client_id: str, client_secret: str, **options: Any
) -> OAuth2Session:
    """A session that speaks OAuth 2.0 as our client, over a shared pool of connections."""
    session = OAuth2Session(
        client_id, client_secret, code_challenge_method="S256", leeway=0, **options
    )
    prepare(session, adapter)
    return session
