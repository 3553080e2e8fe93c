"""Connections whose answers end in time; to a host that somebody else has named, only at a judged address."""

import logging
import socket
import ssl
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import SplitResult

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from wizard.net.addresses import Reach, resolve
from wizard.net.timed import TimedResponse

NAME_SECONDS = 3.0
CONNECT_SECONDS = 3.0  # for each of a host's addresses
LEAST_SECONDS = 0.05
PORTS = {"http": 80, "https": 443}

# Says the whole address, which may be a key, when an answer's header lines cannot be read.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class TimedConnection(HTTPConnection):
    """Plain HTTP, whose answers are timed; within ``reach``, when given, and nowhere else.

    Then the name is looked up once, and the address that was judged is the one connected to.
    """

    def __init__(
        self,
        *given: Any,
        reach: Reach | None = None,
        stall_seconds: float | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        self._reach = reach
        timed = partial(TimedResponse, stall_seconds=stall_seconds)
        self.response_class = cast("type[TimedResponse]", timed)

    def _new_conn(self) -> socket.socket:
        """The socket, as urllib3 asks for it; what is left of the time to connect is for the handshake."""
        if self._reach is None:
            return super()._new_conn()
        seconds = cast("float", self.timeout)
        ends = time.monotonic() + seconds
        addresses = resolve(
            self._dns_host, self.port, seconds=min(NAME_SECONDS, seconds), reach=self._reach
        )
        line = self._first_that_answers(addresses, ends)
        line.settimeout(max(LEAST_SECONDS, ends - time.monotonic()))
        return line

    def _first_that_answers(self, addresses: list[str], ends: float) -> socket.socket:
        """Connect to the first that can be reached: another of a host's machines may be up."""
        failure: OSError = TimeoutError()
        for address in addresses:
            left = min(CONNECT_SECONDS, ends - time.monotonic())
            if left <= 0:
                break
            try:
                return create_connection(
                    (address, self.port), left, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "timed out") from failure
        raise NewConnectionError(self, "cannot be reached") from failure


class SecureTimedConnection(TimedConnection, HTTPSConnection):
    """The same over TLS."""


class TimedPool(HTTPConnectionPool):
    """Plain connections."""

    ConnectionCls = TimedConnection


class SecureTimedPool(HTTPSConnectionPool):
    """Connections over TLS."""

    ConnectionCls = SecureTimedConnection


POOLS = {"http": TimedPool, "https": SecureTimedPool}


def ask(
    method: str,
    url: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    reach: Reach | None,
    trusted: ssl.SSLContext,
    timeout: Timeout,
    stall_seconds: float | None = None,
) -> BaseHTTPResponse:
    """Ask a host once, over a connection of its own; a redirect is an answer like any other.

    ``reach`` None is for a host that the operator has named in the settings, wherever it stands.
    To be closed by the caller. Raises UnreachableError, or what urllib3 raises. Of ``timeout`` the
    total is for all of it, from the name to the end of the answer, or of its head: see TimedResponse.
    """
    secure = url.scheme == "https"
    security = {"ssl_context": trusted} if secure else {}
    pool = POOLS[url.scheme](
        url.hostname or "",
        url.port or PORTS[url.scheme],
        reach=reach,
        stall_seconds=stall_seconds,
        **security,
    )
    answer: BaseHTTPResponse = pool.urlopen(
        method,
        f"{url.path or '/'}{'?' if url.query else ''}{url.query}",
        body,
        {"Host": url.netloc, **headers},
        timeout=timeout,
        retries=False,
        redirect=False,
        assert_same_host=False,
        preload_content=False,
        decode_content=False,
    )
    return answer
