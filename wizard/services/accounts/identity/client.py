"""Our client at a provider: a sign-in begun and finished, and later looked up again."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests.auth import HTTPBasicAuth

from wizard.net.addresses import Reach
from wizard.services.accounts.identity import metadata
from wizard.services.accounts.identity.metadata import (
    FAILURES,
    GoneError,
    Metadata,
    ProviderDownError,
)
from wizard.services.accounts.identity.person import (
    ClaimsUnusableError,
    Person,
    groups_of,
    person_of,
    subject_of,
)
from wizard.services.accounts.identity.tokens import TokenRefusedError, signed_in_since, verify
from wizard.services.accounts.identity.transport import session_for
from wizard.services.crypto.digests import new_secret

SCOPES = ("openid", "profile", "email")
OFFLINE = "offline_access"
REFRESH, ACCESS = "refresh", "access"


class SignInFailedError(Exception):
    """The answer signs nobody in; ``code`` says why, for the log and the audit trail."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Client:
    """Who we are at one provider, and where it sends people back."""

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    groups_claim: str
    reach: Reach


@dataclass(frozen=True)
class Attempt:
    """What the browser keeps of a sign-in that it has begun."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    since: int | None = None  # she has to have signed in there after this moment, in seconds


@dataclass(frozen=True)
class Found:
    """A person, and the token to look her up with: its kind (``refresh`` or ``access``), a space, the token."""

    person: Person
    token: str | None = field(repr=False)


def begin(client: Client, *, anew: bool = False) -> tuple[str, Attempt]:
    """Where to send the browser, and what it keeps. Raises MetadataInvalidError or ProviderDownError.

    ``anew`` has her prove there who she is, though she is signed in.
    """
    session = _session(client)
    known = metadata.fetch(session, client.metadata_url, client.reach)
    since = int(time.time()) if anew else None
    attempt = Attempt(new_secret(), new_secret(), new_secret(), since)
    session.scope = " ".join((*SCOPES, *((OFFLINE,) if OFFLINE in known.scopes_supported else ())))
    url, _state = session.create_authorization_url(
        known.authorization_endpoint,
        state=attempt.state,
        nonce=attempt.nonce,
        code_verifier=attempt.verifier,
        **({"prompt": "login", "max_age": "0"} if anew else {}),
    )
    return str(url), attempt


def finish(client: Client, attempt: Attempt, answer: Mapping[str, str]) -> Found:
    """The person of the answer that the browser has brought back, a query by its names.

    Raises SignInFailedError, MetadataInvalidError or ProviderDownError.
    """
    session = _session(client)
    known = metadata.fetch(session, client.metadata_url, client.reach)
    code = _code_in(known, attempt, answer)
    given = _token(session, known, code=code, code_verifier=attempt.verifier)
    try:
        claims = _verified(client, session, known, given, attempt.nonce)
        if attempt.since is not None and not signed_in_since(claims, attempt.since):
            raise SignInFailedError("auth_time")
        told = _userinfo(session, known, given)
        if told is not None and told.get("sub") != claims.get("sub"):
            raise SignInFailedError("userinfo")  # Core 5.3.2: it may be somebody else's
        person = person_of(claims, told or {}, client.groups_claim)
    except (TokenRefusedError, ClaimsUnusableError) as error:
        raise SignInFailedError(error.code) from None
    except GoneError:
        raise SignInFailedError("userinfo") from None
    return Found(person, _kept(given, told))


def look_up(client: Client, token: str, subject: str) -> Found:
    """The person as her provider knows her now, by the token that was kept of her.

    A refresh token is used, and the one to keep from now on is in the answer. Raises GoneError,
    MetadataInvalidError or ProviderDownError.
    """
    session = _session(client)
    known = metadata.fetch(session, client.metadata_url, client.reach)
    kind, _, secret = token.partition(" ")
    claims: dict[str, Any] = {}
    given: dict[str, Any] = {"access_token": secret}
    try:
        if kind == REFRESH:
            given = {"refresh_token": secret, **_token(session, known, refresh_token=secret)}
        if given.get("id_token"):
            claims = _verified(client, session, known, given, None)
            if subject_of(claims) != subject:
                raise GoneError
        told = _userinfo(session, known, given)
    except (SignInFailedError, TokenRefusedError, ClaimsUnusableError):
        raise GoneError from None
    said = {**(told or {}), **claims}
    tells = bool(claims) or client.groups_claim in said
    groups = groups_of(said, client.groups_claim) if tells else None
    return Found(Person(subject, None, None, groups), _kept(given, told))


def _session(client: Client) -> OAuth2Session:
    return session_for(
        client.client_id, client.client_secret, client.reach, redirect_uri=client.redirect_uri
    )


def _code_in(known: Metadata, attempt: Attempt, answer: Mapping[str, str]) -> str:
    """The code of an answer that is this attempt's, by the provider that was asked (RFC 9207)."""
    if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise SignInFailedError("state")
    issuer = answer.get("iss")
    if issuer != known.issuer and (
        issuer is not None or known.authorization_response_iss_parameter_supported
    ):
        raise SignInFailedError("mixed_up")
    if "error" in answer or not answer.get("code"):
        raise SignInFailedError("declined")
    return answer["code"]


def _token(session: OAuth2Session, known: Metadata, **proof: str) -> dict[str, Any]:
    """The answer of the token endpoint to a code or a refresh token.

    An answer that the protocol has for a proof that is worth nothing is SignInFailedError; that we are
    not known there, or anything else, is a fault between us and the provider.
    """
    ask = session.refresh_token if "refresh_token" in proof else session.fetch_token
    try:
        given = ask(known.token_endpoint, auth=_auth(session, known), **proof)
    except OAuthError as error:
        if error.error == "invalid_grant":
            raise SignInFailedError("grant") from None
        raise ProviderDownError(str(error.error)) from None
    except FAILURES as error:
        raise ProviderDownError(type(error).__name__) from None
    if not isinstance(given, dict) or not given.get("access_token"):
        raise ProviderDownError("no token")
    return dict(given)


def _auth(session: OAuth2Session, known: Metadata) -> Any:
    """The secret in the form where that is taken; else by Basic, encoded as RFC 6749, 2.3.1, says."""
    if "client_secret_post" in known.token_endpoint_auth_methods_supported:
        return session.client_auth("client_secret_post")
    return HTTPBasicAuth(quote(session.client_id, safe=""), quote(session.client_secret, safe=""))


def _verified(
    client: Client,
    session: OAuth2Session,
    known: Metadata,
    given: dict[str, Any],
    nonce: str | None,
) -> dict[str, Any]:
    """The claims of the ID token, by the keys of this moment: a provider may change them at any time."""
    keys = metadata.fetch_json(session, known.jwks_uri)
    token = str(given.get("id_token") or "")
    return verify(token, keys, issuer=known.issuer, client_id=client.client_id, nonce=nonce)


def _userinfo(
    session: OAuth2Session, known: Metadata, given: dict[str, Any]
) -> dict[str, Any] | None:
    """What UserInfo says; None where there is none. GoneError when her token is refused there."""
    if known.userinfo_endpoint is None:
        return None
    found = metadata.fetch_json(session, known.userinfo_endpoint, str(given["access_token"]))
    if not isinstance(found, dict):
        raise ProviderDownError("userinfo")
    return found


def _kept(given: dict[str, Any], told: dict[str, Any] | None) -> str | None:
    if given.get("refresh_token"):
        return f"{REFRESH} {given['refresh_token']}"
    return f"{ACCESS} {given['access_token']}" if told is not None else None
