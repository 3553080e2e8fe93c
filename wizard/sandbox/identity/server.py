"""The OAuth 2.0 server, by Authlib, with the behaviour of Visma's identity server."""

from typing import Any

from authlib.integrations.flask_oauth2.authorization_server import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, g

from wizard.sandbox.cast import people
from wizard.sandbox.current import current_state
from wizard.sandbox.grants import Code
from wizard.sandbox.identity.client import Client
from wizard.sandbox.identity.tokens import AuthorizationCode, Credential, token_answer

BOTH_METHODS = ["client_secret_basic", "client_secret_post"]


class CodeGrant(AuthorizationCodeGrant):
    """The authorization code grant; codes are valid once, for five minutes."""

    TOKEN_ENDPOINT_AUTH_METHODS = BOTH_METHODS

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Store the code with the approved scope, person and company."""
        state = current_state()
        state.book.codes[code] = Code(
            code=code,
            person=g.journey.person,
            company=g.journey.company,
            client_id=request.client.client_id,
            scope=request.scope,
            redirect_uri=request.payload.redirect_uri,
            code_challenge=request.payload.data.get("code_challenge"),
            code_challenge_method=request.payload.data.get("code_challenge_method"),
            created_at=state.now(),
        )

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        """Redeem the code; its reuse ends its grant (RFC 6749, 4.1.2)."""
        state = current_state()
        record = state.book.codes.get(code)
        if record is None or record.client_id != client.client_id:
            return None
        if record.grant_id is not None:
            self._end(record.grant_id)
            return None
        record.grant_id = ""
        old = state.now() > record.created_at + state.behaviour.code_lifetime
        return None if old else AuthorizationCode(record)

    def _end(self, grant_id: str) -> None:
        state = current_state()
        grant = state.book.grants.get(grant_id)
        if grant:
            state.book.end(grant, "code_reused")
            state.save()

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Do nothing: a used code is kept, so that its reuse is detected."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> people.Person:
        """The person who approved."""
        return people.BY_NAME[authorization_code.record.person]

    def generate_token(self, user: Any = None, *_: Any, **__: Any) -> dict[str, Any]:
        """Create the grant and its first tokens."""
        state = current_state()
        code: Code = self.request.authorization_code.record  # type: ignore[attr-defined]
        grant = state.book.open(user.name, code.company, code.client_id, code.scope, state.now())
        code.grant_id = grant.id
        renewable = user.quirk is not people.Quirk.NO_REFRESH_TOKEN
        asked = "offline_access" in code.scope.split()
        refresh = state.book.add_refresh_token(grant) if asked and renewable else None
        return token_answer(state, grant, refresh)


class RefreshGrant(RefreshTokenGrant):
    """The refresh token grant, with rotating or reusable tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = BOTH_METHODS

    def authenticate_refresh_token(self, refresh_token: str) -> Credential | None:
        """The token; None if it has been replaced or its grant has ended."""
        state = current_state()
        refresh = state.book.refresh_tokens.get(refresh_token)
        grant = state.book.grants.get(refresh.grant_id) if refresh else None
        if refresh is None or grant is None or grant.ended:
            return None
        if refresh.used:
            state.count("refresh_token_reuse")
            if state.behaviour.reuse_ends_family:
                state.book.end(grant, "refresh_token_reused")
                state.save()
            return None
        return Credential(grant, refresh)

    def authenticate_user(self, refresh_token: Credential) -> people.Person:
        """The person who approved."""
        return people.BY_NAME[refresh_token.grant.person]

    def issue_token(self, user: people.Person, refresh_token: Credential) -> dict[str, Any]:  # noqa: ARG002
        """Create an access token and, with rotation, a refresh token."""
        state = current_state()
        refresh = refresh_token.refresh
        if refresh and state.behaviour.rotation == "rotating":
            refresh.used, refresh.used_at = True, state.now()
            refresh = state.book.add_refresh_token(refresh_token.grant)
        state.count("refreshed")
        return token_answer(state, refresh_token.grant, refresh)

    def revoke_old_credential(self, refresh_token: Credential) -> None:
        """Do nothing: rotation has already marked the token."""


class Revocation(RevocationEndpoint):
    """The revocation endpoint (RFC 7009): ends one grant, or all of the user's for the client."""

    CLIENT_AUTH_METHODS = BOTH_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Credential | None:  # noqa: ARG002
        """The grant behind a refresh token or an access token."""
        book = current_state().book
        token = book.refresh_tokens.get(token_string) or book.access_tokens.get(token_string)
        grant = book.grants.get(token.grant_id) if token else None
        return Credential(grant) if grant else None

    def revoke_token(self, token: Credential, request: Any) -> None:  # noqa: ARG002
        """End the token's family and, depending on the setting, the user's other grants."""
        state = current_state()
        state.book.end(token.grant, "revoked")
        if state.behaviour.revocation == "all":
            state.book.end_all_of(token.grant.person, token.grant.client_id, "revoked_with_another")
        state.count("revoked")
        state.save()


class Server(AuthorizationServer):
    """Authlib's server with errors as from Duende: always 400, with the error code only."""

    def handle_error_response(self, request: Any, error: Any) -> Response:
        """The error as JSON, or as a redirect if it has one."""
        if isinstance(error, InvalidClientError):
            error.status_code = 400
        if not error.redirect_uri:
            error.description = ""
        answer: Any = super()  # Authlib has no types
        response: Response = answer.handle_error_response(request, error)
        return response


def build_server(app: Flask, client: Client) -> Any:
    """The server for an application. Authlib has no types, hence Any."""

    def find_client(client_id: str) -> Client | None:
        return client if client_id == client.client_id else None

    def keep(token: dict[str, Any], request: Any) -> None:  # noqa: ARG001
        current_state().save()  # the token is already in the book; this writes it to disk

    make: Any = Server
    challenge: Any = CodeChallenge
    server = make(app, find_client, keep)
    server.register_grant(CodeGrant, [challenge(required=False)])
    server.register_grant(RefreshGrant)
    server.register_endpoint(Revocation)
    return server
