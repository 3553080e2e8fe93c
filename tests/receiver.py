"""A receiver of webhooks of the tests' own: real HTTP, and signatures verified by the library for it."""

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
    """One request as it came; `refused` says why its signature did not hold."""

    headers: dict[str, str]
    raw: bytes
    refused: str | None

    @property
    def body(self) -> dict[str, Any]:
        """What it said."""
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def id(self) -> str:
        """What messages are told apart by."""
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Keeps what it gets; `answers` may say what it answers to each, 204 unless told otherwise."""

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
        """A running receiver on a free port of this computer; https with a certificate."""
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
        """The ids of what came, in order, the same one more than once if it did."""
        return [received.id for received in self.requests]

    @property
    def sequences(self) -> list[int]:
        """The numbers of what came, in order."""
        return [received.body["sequence"] for received in self.requests]

    @property
    def types(self) -> list[str]:
        """What it was told, in order."""
        return [received.body["type"] for received in self.requests]

    def take(self, headers: dict[str, str], raw: bytes) -> int | tuple[int, bytes]:
        """Keep a request, and decide on the answer."""
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
        with suppress(ConnectionError):  # who asked has heard enough
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
