"""HTTP to providers: limited in time and size, without redirects, independent of the environment."""

import io
import time
from typing import TYPE_CHECKING, Any, cast

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from wizard import figures
from wizard.net.connections import POOLS
from wizard.providers.allowed_calls import AllowedCalls
from wizard.providers.gate import (
    BudgetSpentError,
    Gate,
    OpenGate,
    TooManyRequestsError,
    caller_of,
    endpoint_of,
    refused_by,
)

if TYPE_CHECKING:
    from urllib3 import HTTPResponse

MAX_BYTES = 8 * 1024 * 1024
PIECE = 64 * 1024
CONNECT_SECONDS = 3.0
LEAST_SECONDS = 0.05
TOO_MANY_REQUESTS = 429


class AnswerTooLargeError(OSError):
    """A response is larger than any real response of the API."""


class BoundedAdapter(HTTPAdapter):
    """A requests adapter that reads each response completely, within its limits of time and size.

    Only calls in the list are sent. Every call passes the gate; an answer 429 closes it.
    """

    def __init__(
        self, provider: str, allowed: AllowedCalls, gate: Gate | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._provider, self._allowed = provider, allowed
        self.poolmanager.pool_classes_by_scheme = POOLS
        self._gate = gate or OpenGate()

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send, read and close; raises CallNotAllowedError, BudgetSpentError, a timeout or AnswerTooLargeError."""
        self._allowed.demand(request.method or "", request.url or "")
        try:
            response = self._send(request, *args, **kwargs)
        except TooManyRequestsError:
            self._count("limited")
            raise
        except BudgetSpentError:
            self._count("held")
            raise
        except OSError:  # requests' errors are such
            self._count("silent")
            raise
        self._count(_outcome(response.status_code))
        return response

    def _count(self, outcome: str) -> None:
        figures.PROVIDER_CALLS.labels(self._provider, outcome).inc()

    def _send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        seconds = cast("float", kwargs.pop("timeout"))
        ends = time.monotonic() + seconds
        endpoint = endpoint_of(request.url or "")
        caller = caller_of(request)
        timed = figures.PROVIDER_SECONDS.labels(self._provider).time()
        with self._gate.call(endpoint, seconds, caller), timed:
            response = self._exchange(request, ends, *args, **kwargs)
        if response.status_code == TOO_MANY_REQUESTS:
            refused = refused_by(response)
            self._gate.close(endpoint, refused, caller)
            raise TooManyRequestsError(refused.seconds)
        return response

    def _exchange(
        self, request: PreparedRequest, ends: float, *args: Any, **kwargs: Any
    ) -> Response:
        left = max(LEAST_SECONDS, ends - time.monotonic())
        # The response is awaited even if sending was slow, since it may hold new tokens.
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


def _outcome(status: int) -> str:
    """What an answer is counted as."""
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "ok"


def prepare(session: Session, adapter: HTTPAdapter) -> None:
    """Configure a session: our adapter, no proxies or netrc from the environment, no cookies."""
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["Accept"] = "application/json"


def oauth_session(
    adapter: HTTPAdapter, client_id: str, client_secret: str, **options: Any
) -> OAuth2Session:
    """An OAuth 2.0 session for our client, over a shared connection pool."""
    session = OAuth2Session(
        client_id, client_secret, code_challenge_method="S256", leeway=0, **options
    )
    prepare(session, adapter)
    return session
