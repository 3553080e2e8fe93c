"""A small OAuth client for tests."""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.support.standin import TIMEOUT, StandIn

SCOPES = "ea:api offline_access ea:accounting_readonly ea:sales_readonly ea:purchase_readonly"
SERVICE = "service:44643EB1-3F76-4C1C-A672-402AE8085934"


@dataclass
class Client:
    """An OAuth client like the wizard."""

    standin: StandIn
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def authorize_url(self, **changes: str | None) -> str:
        """The recommended authorization URL; parameters that are None are left out."""
        challenge = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=")
        parameters: dict[str, str | None] = {
            "client_id": self.standin.client_id,
            "redirect_uri": self.standin.redirect_uris[0],
            "response_type": "code",
            "scope": SCOPES,
            "state": self.state,
            "prompt": "select_account",
            "acr_values": SERVICE,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        given = {name: value for name, value in (parameters | changes).items() if value is not None}
        return f"{self.standin.url}/connect/authorize?{urlencode(given)}"

    def token(self, *, by_post: bool = False, **fields: str) -> requests.Response:
        """Send a token request."""
        credentials = (self.standin.client_id, self.standin.client_secret)
        if by_post:
            fields |= dict(zip(("client_id", "client_secret"), credentials, strict=True))
        return requests.post(
            f"{self.standin.url}/connect/token",
            data=fields,
            auth=None if by_post else credentials,
            timeout=TIMEOUT,
        )

    def exchange(self, callback: str, **changes: str) -> requests.Response:
        """Exchange the code in a redirect URL."""
        fields = {
            "grant_type": "authorization_code",
            "code": returned(callback)["code"],
            "redirect_uri": self.standin.redirect_uris[0],
            "code_verifier": self.verifier,
        }
        return self.token(by_post=False, **(fields | changes))

    def refresh(self, refresh_token: str) -> requests.Response:
        """Refresh."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> requests.Response:
        """Revoke."""
        return requests.post(
            f"{self.standin.url}/connect/revocation",
            data={"token": token, "token_type_hint": "refresh_token"},
            auth=(self.standin.client_id, self.standin.client_secret),
            timeout=TIMEOUT,
        )

    def tokens(self, person: str, company: str | None = None) -> dict[str, Any]:
        """Approve as a person and exchange the code."""
        answer = self.exchange(self.standin.approve(self.authorize_url(), person, company))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def get(self, path: str, token: str, **parameters: str) -> requests.Response:
        """Send a GET request to the API; OData parameters are given without the dollar sign."""
        plain = ("includeTemporaryUrl", "includeMatched")
        query = {n if n in plain else f"${n}": value for n, value in parameters.items()}
        return requests.get(
            f"{self.standin.url}/v2/{path}",
            params=query,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
        )


def returned(callback: str) -> dict[str, str]:
    """The parameters of a redirect URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
