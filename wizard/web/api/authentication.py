"""Authentication by API key in the Authorization header; cookies are neither read nor set."""

from datetime import timedelta
from typing import NoReturn, cast

import structlog
from flask import g, request

from wizard.extensions import database
from wizard.models import ApiKey, Scope
from wizard.services.accounts.firms import own_of
from wizard.services.api import api_keys
from wizard.services.audit.trail import act_as, by_key
from wizard.services.history import API_KEY
from wizard.services.throttling.rate_limits import hit, network
from wizard.services.values.own_words import Own
from wizard.web.api.problems import ProblemError

FAILURES_A_MINUTE = 60
MINUTE = timedelta(minutes=1)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="kopplingsguiden"'}


def authenticate() -> None:
    """Find the API key before anything else is read; raises 401, or 429 after many failures."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    key = api_keys.find(database.session, secret.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        _refuse("unauthenticated")
    if key.has_expired:
        _refuse("key_expired")
    g.api_key = key
    database.session.info[API_KEY] = key.id
    act_as(by_key(key, request.remote_addr))
    structlog.contextvars.bind_contextvars(api_key=key.public_id)
    api_keys.note_use(database.session, key)


def caller() -> ApiKey:
    """The API key of this request, with its firm."""
    return cast("ApiKey", g.api_key)


def require(scope: Scope) -> None:
    """The key must have this scope; raises 403."""
    if scope not in caller().scopes:
        raise ProblemError("key_scope_missing", f"The key lacks the scope {scope.value}")


def callers_own() -> Own:
    """The addresses that the key's firm may name in letters."""
    return own_of(caller().firm)


def _refuse(cause: str) -> NoReturn:
    """Raise 401 with this cause; raise 429 when the client's network exceeds the failures allowed per minute."""
    tries = hit(
        database.session, "api_failures", network(request.remote_addr), FAILURES_A_MINUTE, MINUTE
    )
    if not tries.allowed:
        raise ProblemError("too_many_requests", headers={"Retry-After": str(tries.retry_after)})
    raise ProblemError(cause, headers=CHALLENGE)
