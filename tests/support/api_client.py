"""An API client with a key, which validates each response against the OpenAPI document."""

from dataclasses import dataclass, field
from typing import Any, Self

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.support.transactions import left_undone
from wizard.models import Firm, Scope
from wizard.services.api import api_keys

ROOT = "/api/v1"


@dataclass(frozen=True)
class Reply:
    """A response; `body` is its JSON, or None."""

    status: int
    headers: Any
    body: Any
    data: bytes = field(repr=False)

    @property
    def cause(self) -> str:
        """The problem's cause."""
        assert self.headers["Content-Type"] == "application/problem+json", self.data
        assert self.body["status"] == self.status
        return str(self.body["cause"])


@dataclass
class Platform:
    """A platform; without a `secret` it is unauthenticated."""

    client: FlaskClient
    secret: str | None = None

    @classmethod
    def of(cls, app: Flask, session: Session, firm: Firm) -> Self:
        """A platform with a new key to the firm, for everything."""
        made = api_keys.create(session, firm, "Senseworks Analys", None, scopes=[*Scope])
        return cls(app.test_client(), made.secret)

    def get(self, path: str, status: int | None = None, **options: Any) -> Reply:
        """Send a GET request."""
        return self.ask("GET", path, status, **options)

    def post(
        self, path: str, body: object = None, status: int | None = None, **options: Any
    ) -> Reply:
        """Send a POST request."""
        if body is not None:
            options["json"] = body
        return self.ask("POST", path, status, **options)

    def ask(self, method: str, path: str, status: int | None = None, **options: Any) -> Reply:
        """Send any request with the key; asserts `status` if given."""
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
