"""Token responses that deviate from the RFC: new tokens are kept, invalid_grant has one meaning."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import SETTINGS
from wizard import config
from wizard.causes import Cause
from wizard.models import now
from wizard.providers.base import GrantEndedError, Provider, ProviderError, TokenRefusedError
from wizard.registry import make_providers

SECONDS = 5.0
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class Server:
    """A token endpoint with a configured response."""

    provider: Provider | None = None
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def says(self, status: int, answer: object, **headers: str) -> None:
        """Set the response."""
        self.status, self.headers = status, headers
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def refresh(self) -> object:
        """The result of a refresh: tokens, or the error."""
        assert self.provider
        try:
            return self.provider.refresh("r", timeout=SECONDS)
        except ProviderError as error:
            return error


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(told.status)
            for name, value in ({"Content-Length": str(len(told.body))} | told.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            """Do not log."""

    told = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listening.server_address[1]}"
        given = config.Settings(**{**SETTINGS, "visma_identity_url": url, "visma_api_url": url})  # type: ignore[arg-type]
        told.provider = make_providers(given)["visma"]
        yield told
        listening.shutdown()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@QUIET
@given(
    extra=st.dictionaries(
        st.sampled_from(["expires_in", "expires_at", "token_type", "scope", "refresh_token", "x"]),
        ANYTHING,
    )
)
def test_new_tokens_are_kept_whatever_else_the_response_contains(
    server: Server, extra: dict[str, object]
) -> None:
    server.says(200, {**extra, "access_token": "a", "error": None})
    tokens = server.refresh()
    assert not isinstance(tokens, ProviderError)
    assert timedelta(0) < tokens.expires_at - now() <= timedelta(days=1)  # type: ignore[attr-defined]
    assert tokens.refresh_token in (extra.get("refresh_token"), None)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3600),
        ("1800", 1800),
        (5, 5),
        (1800.0, 1800),
        (10**30, 86400),
        (0, 3600),
        (-5, 3600),
        ("soon", 3600),
        (None, 3600),
        (True, 3600),
        ([], 3600),
    ],
)
def test_expires_in_is_parsed_or_defaults_to_an_hour(
    server: Server, expires_in: object, seconds: int
) -> None:
    server.says(200, {"access_token": "a", "expires_in": expires_in})
    tokens = server.refresh()
    left = tokens.expires_at - now()  # type: ignore[attr-defined]
    assert seconds - SECONDS < left.total_seconds() <= seconds


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422])
@pytest.mark.parametrize("more", [{}, {"error_description": "x" * 9000}, {"access_token": "a"}])
def test_invalid_grant_ends_the_grant_whatever_the_status(
    server: Server, status: int, more: dict[str, str]
) -> None:
    server.says(status, {"error": "invalid_grant", **more})
    assert isinstance(server.refresh(), GrantEndedError)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {"error": "invalid_grant"}),
        (503, {"error": "invalid_grant"}),
        (429, {"error": "invalid_grant"}),
        (400, {"error": "temporarily_unavailable"}),
        (400, {"error": "server_error"}),
        (200, {}),
        (200, []),
        (200, b""),
        (400, b""),
        (401, b""),
        (403, b"<html>Access denied by the firewall</html>"),
        (400, b"<html>invalid_grant</html>"),
        (400, b'"invalid_grant"'),
        (200, b"<html>Underh\xe5ll</html>"),
        (200, {"access_token": ""}),
        (200, {"access_token": None, "refresh_token": "r2"}),
        (400, {}),
        (401, {"error": {"code": "invalid_grant"}}),
        (302, b""),
        (204, b""),
    ],
)
def test_errors_that_do_not_concern_the_grant_are_transient(
    server: Server, status: int, answer: object
) -> None:
    server.says(status, answer)
    error = server.refresh()
    assert isinstance(error, ProviderError)
    assert error.transient
    assert error.cause is Cause.PROVIDER_UNAVAILABLE
    assert not isinstance(error, GrantEndedError | TokenRefusedError)


@pytest.mark.parametrize(
    "answer",
    [{"error": "invalid_client"}, {"error": "unauthorized_client"}, {"error": "unheard_of"}],
)
@pytest.mark.parametrize("status", [400, 401, 403])
def test_errors_of_our_client_are_our_configuration(
    server: Server, status: int, answer: object
) -> None:
    server.says(status, answer)
    error = server.refresh()
    assert isinstance(error, ProviderError)
    assert error.cause is Cause.OUR_CONFIGURATION
    assert not error.transient
    assert not isinstance(error, GrantEndedError)


@pytest.mark.parametrize(
    "more", [b'"company": "\xc5keri"', b'"id": ' + b"9" * 5000, b'"expires_in": ' + b"9" * 5000]
)
def test_an_unparsable_name_or_number_loses_no_tokens(server: Server, more: bytes) -> None:
    server.says(200, b'{"access_token": "a", "refresh_token": "r2", ' + more + b"}")
    assert server.refresh().refresh_token == "r2"  # type: ignore[attr-defined]


def test_a_truncated_or_garbled_response_is_transient(server: Server) -> None:
    server.says(200, {"access_token": "a"}, **{"Content-Length": "999", "Connection": "close"})
    cut = server.refresh()
    server.says(200, {"access_token": "a"}, **{"Content-Encoding": "gzip"})
    garbled = server.refresh()
    for error in (cut, garbled):
        assert isinstance(error, ProviderError)
        assert error.transient


@QUIET
@given(status=st.integers(200, 599), answer=ANYTHING | st.dictionaries(st.just("error"), ANYTHING))
def test_only_invalid_grant_ends_a_grant(server: Server, status: int, answer: object) -> None:
    server.says(status, answer)
    told = server.refresh()
    assert isinstance(told, ProviderError)
    assert not isinstance(told, GrantEndedError)
