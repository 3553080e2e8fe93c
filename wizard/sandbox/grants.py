"""Codes, grants and tokens, with rotation and revocation of token families."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from wizard.sandbox.cast import companies, people


@dataclass
class Grant:
    """A person's approval of a client for a company; `ended` is the reason if it has ended."""

    id: str
    person: str
    company: str
    client_id: str
    scope: str
    created_at: float
    ended: str | None = None


@dataclass
class Code:
    """An authorization code, valid once, for a few minutes."""

    code: str
    person: str
    company: str
    client_id: str
    scope: str
    redirect_uri: str
    code_challenge: str | None
    code_challenge_method: str | None
    created_at: float
    grant_id: str | None = None  # set when it has been used


@dataclass
class RefreshToken:
    """A refresh token; `used` is True after rotation has replaced it."""

    token: str
    grant_id: str
    used: bool = False
    used_at: float = 0.0


@dataclass
class AccessToken:
    """An access token with its expiry."""

    token: str
    grant_id: str
    scope: str
    expires_at: float


class GrantBook:
    """All codes, grants and tokens. Not thread-safe: `State` holds the lock."""

    def __init__(self) -> None:
        self.codes: dict[str, Code] = {}
        self.grants: dict[str, Grant] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.access_tokens: dict[str, AccessToken] = {}

    def open(self, person: str, company: str, client_id: str, scope: str, now: float) -> Grant:
        """Create a grant; earlier grants of the same person remain valid."""
        grant = Grant(secrets.token_hex(8), person, company, client_id, scope, now)
        self.grants[grant.id] = grant
        return grant

    def end(self, grant: Grant, reason: str) -> None:
        """End a grant with its token family."""
        grant.ended = grant.ended or reason

    def living(self) -> list[Grant]:
        """Grants that have not ended, oldest first."""
        return [grant for grant in list(self.grants.values()) if not grant.ended]

    def end_all_of(self, person: str, client_id: str, reason: str) -> int:
        """End all grants of a person for a client; returns their number."""
        ended = [g for g in self.living() if (g.person, g.client_id) == (person, client_id)]
        for grant in ended:
            self.end(grant, reason)
        return len(ended)

    def add_refresh_token(self, grant: Grant) -> RefreshToken:
        """Create a refresh token in the grant's family, in the identity server's format."""
        refresh = RefreshToken(f"{secrets.token_hex(32).upper()}-1", grant.id)
        self.refresh_tokens[refresh.token] = refresh
        return refresh

    def forget_expired(self, now: float) -> None:
        """Delete what can no longer be used, to limit memory in long runs."""
        self.access_tokens = {
            token: access for token, access in self.access_tokens.items() if access.expires_at > now
        }
        self.codes = {
            code: each for code, each in self.codes.items() if each.created_at > now - 3600
        }

    def dump(self) -> dict[str, Any]:
        """The state to persist. Codes are excluded, since they expire in five minutes."""
        return {
            "grants": [asdict(each) for each in self.grants.values()],
            "refresh_tokens": [asdict(each) for each in self.refresh_tokens.values()],
            "access_tokens": [asdict(each) for each in self.access_tokens.values()],
        }

    def load(self, saved: dict[str, Any]) -> None:
        """Load the state of an earlier run."""
        grants = [Grant(**each) for each in saved["grants"]]
        refresh_tokens = [RefreshToken(**each) for each in saved["refresh_tokens"]]
        access_tokens = [AccessToken(**each) for each in saved["access_tokens"]]
        self.grants = {each.id: each for each in grants if _is_cast(each)}
        self.refresh_tokens = {each.token: each for each in refresh_tokens if self._knows(each)}
        self.access_tokens = {each.token: each for each in access_tokens if self._knows(each)}

    def _knows(self, token: RefreshToken | AccessToken) -> bool:
        return token.grant_id in self.grants


def _is_cast(grant: Grant) -> bool:
    """True if the grant's person and company exist; a newer version may have another cast."""
    return grant.person in people.BY_NAME and grant.company in companies.BY_KEY
