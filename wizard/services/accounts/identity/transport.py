"""HTTP to identity providers: judged addresses, no redirects, and a deadline for the whole answer."""

import io
import ssl
from functools import cache
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse, Timeout

from wizard.net.addresses import Reach
from wizard.net.connections import CONNECT_SECONDS, ask
from wizard.providers.http import AnswerTooLargeError, prepare

SECONDS = 5.0  # for one call, from the name to the last byte
MOST_BYTES = 1024 * 1024
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}


class AddressRefusedError(ValueError):
    """An address is not one to send people or secrets to: not https, or not whole."""


class JudgedAdapter(HTTPAdapter):
    """A requests adapter that connects only within ``reach``, since somebody else names the hosts."""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self._reach = reach

    def send(self, request: PreparedRequest, *_given: Any, **_named: Any) -> Response:
        """Send, read and close; raises UnreachableError, what urllib3 raises, or AnswerTooLargeError."""
        url = checked(request.url or "", self._reach)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = ask(
            request.method or "GET",
            url,
            {**dict(request.headers), "Accept-Encoding": "identity"},
            body,
            reach=self._reach,
            trusted=_trusted(),
            timeout=Timeout(connect=CONNECT_SECONDS, total=SECONDS),
        )
        try:
            content = answer.read(MOST_BYTES + 1)
        finally:
            answer.close()
        if len(content) > MOST_BYTES:
            raise AnswerTooLargeError
        response = self.build_response(request, cast("HTTPResponse", answer))
        response.raw = io.BytesIO(content)
        return response


def checked(address: str, reach: Reach) -> SplitResult:
    """The parts of an address: https, or plain http on this computer where that is within reach.

    Raises AddressRefusedError.
    """
    try:
        url = urlsplit(address)
        host, _port = url.hostname, url.port
    except ValueError:
        raise AddressRefusedError from None
    is_plain = url.scheme == "http" and Reach.THIS_COMPUTER in reach and host in LOOPBACK_NAMES
    if not host or "@" in url.netloc or url.fragment or not (url.scheme == "https" or is_plain):
        raise AddressRefusedError
    return url


def session_for(client_id: str, client_secret: str, reach: Reach, **options: Any) -> OAuth2Session:
    """An OAuth 2.0 session of our client at one provider, with PKCE."""
    session = OAuth2Session(
        client_id, client_secret, code_challenge_method="S256", leeway=0, **options
    )
    prepare(session, JudgedAdapter(reach))
    return session


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
