"""A test receiver of webhooks: real HTTP, with signatures verified by the standardwebhooks library."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True)
class Received:
    """A received request; `refused` is the reason if its signature is invalid."""

    headers: dict[str, str]
    raw: bytes
    refused: str | None

    @property
    def body(self) -> dict[str, Any]:
        """The parsed JSON body."""
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def id(self) -> str:
        """The webhook-id header."""
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Stores requests; `answers` determines the response to each, 204 by default."""

    url: str
    secret: str = ""
    requests: list[Received] = field(default_factory=list)
    answers: Callable[[Received], int | tuple[int, bytes]] = lambda _received: 204
    headers: dict[str, str] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    @contextmanager
    def start(cls, certificate: Path | None = None) -> Iterator[Self]:
        """Run a receiver on a free local port; with a certificate, by https."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        receiver = cls(f"{scheme}://127.0.0.1:{server.server_port}/mottagare?plats=1")
        server.receiver = receiver  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    @property
    def ids(self) -> list[str]:
        """The ids of received messages in order, including repetitions."""
        return [received.id for received in self.requests]

    @property
    def sequences(self) -> list[int]:
        """The sequence numbers of received messages, in order."""
        return [received.body["sequence"] for received in self.requests]

    @property
    def types(self) -> list[str]:
        """The types of received messages, in order."""
        return [received.body["type"] for received in self.requests]

    def take(self, headers: dict[str, str], raw: bytes) -> int | tuple[int, bytes]:
        """Store a request, and return the response."""
        received = Received(headers, raw, self._verify(headers, raw))
        with self._lock:
            self.requests.append(received)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self.answers(received)
        finally:
            with self._lock:
                self.at_once -= 1

    def _verify(self, headers: dict[str, str], raw: bytes) -> str | None:
        if not self.secret:
            return "no secret"
        try:
            Webhook(self.secret).verify(raw, headers)
        except WebhookVerificationError as error:
            return str(error)
        return None


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = receiver.take({**headers, ":path": self.path}, raw)
        status, body = answer if isinstance(answer, tuple) else (answer, b"")
        self.send_response(status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # the sender has closed the connection
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Do not log."""
