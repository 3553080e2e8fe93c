"""Codes and refresh tokens with Authlib's interface, and token responses."""

import secrets
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from wizard.sandbox.cast import companies, people
from wizard.sandbox.grants import AccessToken, Code, Grant, RefreshToken
from wizard.sandbox.identity.client import Client
from wizard.sandbox.state import State

_KEY = OctKey.import_key(
    secrets.token_bytes(32)
)  # signatures are not verified; the book is authoritative


class AuthorizationCode:
    """A code, with Authlib's interface."""

    def __init__(self, record: Code) -> None:
        self.record = record
        self.code_challenge = record.code_challenge
        self.code_challenge_method = record.code_challenge_method

    def get_redirect_uri(self) -> str:
        """The authorization request's redirect URI, which the token request must repeat."""
        return self.record.redirect_uri

    def get_scope(self) -> str:
        """The approved scope."""
        return self.record.scope


class Credential:
    """A refresh token (or, for revocation, an access token) with its grant, with Authlib's interface."""

    def __init__(self, grant: Grant, refresh: RefreshToken | None = None) -> None:
        self.grant = grant
        self.refresh = refresh

    def check_client(self, client: Client) -> bool:
        """True if the token was issued to this client."""
        return self.grant.client_id == client.client_id

    def get_scope(self) -> str:
        """The approved scope."""
        return self.grant.scope


def token_answer(state: State, grant: Grant, refresh: RefreshToken | None) -> dict[str, Any]:
    """The token response: a new access token, and the refresh token if there is one."""
    lifetime = state.behaviour.access_token_lifetime
    token = _access_token(state, grant, lifetime)
    state.book.access_tokens[token] = AccessToken(
        token, grant.id, grant.scope, state.now() + lifetime
    )
    answer = {
        "access_token": token,
        "expires_in": lifetime,
        "token_type": "Bearer",
        "scope": grant.scope,
    }
    return {**answer, "refresh_token": refresh.token} if refresh else answer


def _access_token(state: State, grant: Grant, lifetime: int) -> str:
    """A token like Visma's: a JWT of the same length, with the company in `customer_id`."""
    person = people.BY_NAME[grant.person]
    now = int(state.now())
    claims = {
        "iss": state.settings.origin,
        "aud": state.settings.origin,
        "nbf": now,
        "exp": now + lifetime,
        "client_id": grant.client_id,
        "scope": grant.scope.split(),
        "sub": person.id,
        "auth_time": int(grant.created_at),
        "idp": "local",
        "customer_id": companies.BY_KEY[grant.company].id,
        "email": person.email,
        "amr": ["pwd"],
        "jti": secrets.token_hex(16).upper(),
    }
    return jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, _KEY)
