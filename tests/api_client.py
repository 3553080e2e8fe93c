"""A platform with a key: JSON in and out, each answer held against the API's own description."""

from dataclasses import dataclass, field
from typing import Any, Self

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.transactions import left_undone
from wizard.models import Firm
from wizard.services import api_keys

ROOT = "/api/v1"


@dataclass(frozen=True)
class Reply:
    """An answer; `body` is the JSON in it, or None."""

    status: int
    headers: Any
    body: Any
    data: bytes = field(repr=False)

    @property
    def cause(self) -> str:
        """Which problem it is."""
        assert self.headers["Content-Type"] == "application/problem+json", self.data
        assert self.body["status"] == self.status
        return str(self.body["cause"])


@dataclass
class Platform:
    """Who asks; without a `secret` it is a stranger."""

    client: FlaskClient
    secret: str | None = None

    @classmethod
    def of(cls, app: Flask, session: Session, firm: Firm) -> Self:
        """With a new key to the firm."""
        made = api_keys.create(session, firm, "Senseworks Analys", None)
        return cls(app.test_client(), made.secret)

    def get(self, path: str, status: int | None = None, **options: Any) -> Reply:
        """Read."""
        return self.ask("GET", path, status, **options)

    def post(
        self, path: str, body: object = None, status: int | None = None, **options: Any
    ) -> Reply:
        """Make or do."""
        if body is not None:
            options["json"] = body
        return self.ask("POST", path, status, **options)

    def ask(self, method: str, path: str, status: int | None = None, **options: Any) -> Reply:
        """Any request, with the key; with `status`, the answer must have it."""
        headers = dict(options.pop("headers", {}))
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        answer = self.client.open(ROOT + path, method=method, headers=headers, **options)
        undone = left_undone(self.client.application)
        assert not undone, f"{method} {path}: {undone}"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.get_json() if answer.is_json else None
        reply = Reply(answer.status_code, answer.headers, body, answer.data)
        assert status is None or reply.status == status, f"{method} {path}: {reply}"
        return reply
