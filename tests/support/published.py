"""A server generated from Visma's OpenAPI document: every response is one that the document allows.

Responses are not consistent with each other. Values are unusual where allowed, optional fields are
sometimes missing, and some responses are errors. The same seed gives the same responses.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import UUID

PUBLISHED = Path(__file__).parents[3] / "shared" / "visma" / "openapi.json"
JSON = "application/json"
CODES = (2000, 3000, 4002, 4003, 4004, 4005, 4006, 4007, 4009, 4011, 4012, 5000, 6000, 6001, 99999)
TEXTS = (
    "", " ", "A", "A12", "12", "A' or 1 eq 1", "<script>alert(1)</script>", "\x00\x1b[2J", "../..", "å" * 999,
    "\ud800", "\u202egnp.exe", "{{ 7 * 7 }}", "%s%n", "NaN", "https://example.com/", "a\r\nSet-Cookie: b=c",
)  # fmt: skip
WHOLES = (0, 1, 2, 3, 12, 14, 15, 25, 99, -1, 2**31 - 1, -(2**31), 2**63, 10**30)
PARTS = (float("nan"), float("-inf"), 0, 0.1, -0.0, 99.995, 1e10, 1e22, 1e300, -5, 5e-324)
TIMES = (
    "2026-03-31T00:00:00",
    "2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.9999999+14:00",
)
FILES = (
    b"%PDF-1.7\n%%EOF",
    b"\x89PNG\r\n\x1a\n",
    b"II*\0",
    b"<html><script>",
    b"",
    b"GIF89a" + b"\xff" * 9,
)


@dataclass
class Published:
    """The server; ``faults`` is the percentage of errors."""

    description: dict[str, Any]
    url: str = ""
    number: str = ""
    faults: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    _turn: Lock = field(default_factory=Lock)

    def begin(self, seed: int, faults: int) -> None:
        """Restart the sequence of responses with this seed."""
        self.dice, self.faults = random.Random(seed), faults

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and body for a path of the API."""
        with self._turn:
            for template, item in self.description["paths"].items():
                pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
                if re.fullmatch(pattern, path) and "get" in item:
                    return self._answer(item["get"]["responses"], path)
        return 404, b""

    def _answer(self, responses: dict[str, Any], path: str) -> tuple[int, bytes]:
        if self._chance(self.faults):
            body: Any = {"ErrorCode": self.dice.choice(CODES), "ErrorId": self._text()}
            return self.dice.choice((400, 401, 403, 404, 500)), json.dumps(body).encode()
        body = self._make(responses["200"]["content"][JSON]["schema"])
        if path == "/companysettings" and self._chance(80):
            body |= {
                "CountryCode": "SE",
                "CorporateIdentityNumber": self.number,
                "CompanyStatus": 1,
            }
        return 200, json.dumps(body).encode()

    def _make(self, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:
        schema = self._resolved(schema)
        kinds = schema.get("type", "object")
        kind = self.dice.choice(kinds) if isinstance(kinds, list) else kinds
        if schema.get("enum") and self._chance(80):
            return self.dice.choice(schema["enum"])
        makers: dict[str, Callable[[], Any]] = {
            "object": lambda: self._object(schema, depth),
            "array": lambda: self._array(schema, name, depth),
            "string": lambda: self._string(schema, name),
            "integer": lambda: self.dice.choice(WHOLES),
            "number": lambda: self.dice.choice(PARTS),
            "boolean": lambda: self._chance(50),
            "null": lambda: None,
        }
        return makers[kind]()

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        for word in ("oneOf", "anyOf", "allOf"):
            schema = self.dice.choice(schema[word]) if word in schema else schema
        if "$ref" not in schema:
            return schema
        found: dict[str, Any] = self.description["components"]["schemas"][
            schema["$ref"].rpartition("/")[2]
        ]
        return found

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        needed = schema.get("required", ())
        return {
            name: self._make(one, name, depth + 1)
            for name, one in schema.get("properties", {}).items()
            if name in needed or (depth < 5 and self._chance(85))
        }

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        many = self.dice.choice((0, 1, 1, 2, 60 if name == "Data" else 3))
        return [self._make(schema["items"], "", depth + 1) for _ in range(many)]

    def _string(self, schema: dict[str, Any], name: str) -> str:
        if name in {"TemporaryUrl", "Url"}:
            return self.dice.choice(
                (f"{self.url}/file/{self.dice.randrange(9)}", "javascript:0", *TEXTS)
            )
        if schema.get("format") == "uuid":
            return str(
                UUID(int=self.dice.randrange(2**8))
            )  # from a small range, so that some are equal
        if schema.get("format") == "date-time":
            return self.dice.choice(TIMES)
        if name == "NumberAndNumberSeries":
            return self.dice.choice(("A12", "A 12", *TEXTS))
        return self._text()[: schema.get("maxLength", 999)]

    def _text(self) -> str:
        return self.dice.choice(TEXTS)

    def _chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent


@contextmanager
def published(number: str) -> Iterator[Published]:
    """Run the server during the block; its company usually has this organisation number."""
    visma = Published(json.loads(PUBLISHED.read_text(encoding="utf-8")), number=number)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/file/"):
                self._send(200, FILES[int(path[-1]) % len(FILES)], "text/html")
            else:
                self._send(*visma.answer(path.removeprefix("/v2")), JSON)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            tokens = {"access_token": "a", "refresh_token": "r", "expires_in": 3600}
            self._send(200, json.dumps(tokens).encode(), JSON)

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Do not log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        visma.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield visma
        server.shutdown()
