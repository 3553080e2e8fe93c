"""A proxy before the stand-in's identity server that changes its responses."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import requests

from tests.support.standin import StandIn

Answer = tuple[int, bytes, dict[str, str]]
SECONDS = 20.0


@dataclass
class OddServer:
    """The proxy: its URL, its change of responses, and counters by path."""

    url: str = ""
    change: Callable[[Answer], Answer] = lambda answer: answer
    asked: Counter[str] = field(default_factory=Counter)

    def says(self, status: int, body: object = b"", **headers: str) -> None:
        """Answer this instead of the stand-in's response."""
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.change = lambda _: (status, given, named)

    def says_also(self, *left_out: str, **more: object) -> None:
        """Answer the stand-in's response with fields removed and added."""

        def change(answer: Answer) -> Answer:
            fields = {**json.loads(answer[1] or b"{}"), **more}
            kept = {name: value for name, value in fields.items() if name not in left_out}
            return answer[0], json.dumps(kept).encode(), answer[2]

        self.change = change

    def heals(self) -> None:
        """Answer the stand-in's response unchanged."""
        self.change = lambda answer: answer


@contextmanager
def before(visma: StandIn) -> Iterator[OddServer]:
    """Run a proxy before the stand-in during the block."""
    odd = OddServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            odd.asked[self.path] += 1
            names = ("Authorization", "Content-Type")
            passed = requests.post(
                f"{visma.url}{self.path}",
                body,
                headers={name: self.headers[name] for name in names},
                timeout=SECONDS,
            )
            status, answer, headers = odd.change((passed.status_code, passed.content, {}))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Do not log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        odd.url = f"http://127.0.0.1:{listening.server_address[1]}"
        yield odd
        listening.shutdown()
