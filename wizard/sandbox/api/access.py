"""Access control of the API: bearer token, rate limit, company, user, scope and permission, in order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import g, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.api.errors import ApiError
from wizard.sandbox.cast import companies, people
from wizard.sandbox.current import current_state
from wizard.sandbox.faults import api_error, strike, without
from wizard.sandbox.grants import AccessToken, Grant
from wizard.sandbox.state import State

P = ParamSpec("P")
SALES = ("ea:sales", "ea:sales_readonly")
ACCOUNTING = ("ea:accounting", "ea:accounting_readonly")
PURCHASE = ("ea:purchase", "ea:purchase_readonly")
ANY = SALES + ACCOUNTING + PURCHASE
NEEDS_FULL = ("vouchers", "attachments", "supplierinvoices")
Handler = Callable[P, ResponseReturnValue]


@dataclass(frozen=True)
class Caller:
    """The grant, person and company of a request's access token."""

    person: people.Person
    company: companies.Company


def caller() -> Caller:
    """The caller of the current request."""
    found: Caller = g.caller
    return found


def needs(endpoint: str, scopes: tuple[str, ...]) -> Callable[[Handler[P]], Handler[P]]:
    """Decorate a view to require one of the scopes; `endpoint` names its quota and faults."""

    def decorate(view: Handler[P]) -> Handler[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            state = current_state()
            state.count(f"api:{endpoint}")
            time.sleep(state.behaviour.api_latency_ms / 1000)
            try:
                return _admit(state, endpoint, scopes) or without(view(*args, **kwargs))
            except ApiError as problem:
                return api_error(problem.error_code, problem.message)

        return guarded

    return decorate


def _admit(state: State, endpoint: str, scopes: tuple[str, ...]) -> ResponseReturnValue | None:
    """Authenticate the request and store its caller; returns the response of a fault, if one applies."""
    access, grant = _authenticate(state)
    _spend_quota(state, grant, endpoint)
    found = Caller(people.BY_NAME[grant.person], companies.BY_KEY[grant.company])
    g.caller = found
    struck = _faults(state, endpoint, found.company)
    if struck is not None:
        return struck
    _demand_standing(state, found)
    if "ea:api" not in access.scope.split() or not set(scopes) & set(access.scope.split()):
        raise ApiError(4006)
    limited = state.permission(found.person) is not people.Permission.FULL
    if limited and endpoint in NEEDS_FULL:
        raise ApiError(4007)
    return None


def _authenticate(state: State) -> tuple[AccessToken, Grant]:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    access = state.book.access_tokens.get(token)
    if kind.lower() != "bearer" or access is None or access.expires_at <= state.now():
        raise ApiError(4005)
    grant = state.book.grants[access.grant_id]
    if grant.ended and not state.behaviour.access_tokens_outlive_grant:
        raise ApiError(4005)
    return access, grant


def _spend_quota(state: State, grant: Grant, endpoint: str) -> None:
    limit = state.behaviour.rate_limit
    with state.lock:
        wait = state.quota.take(grant.client_id, endpoint, limit, state.now())
    if wait:
        state.count("too_many_requests")
        raise ApiError(
            4010,
            f"API calls quota exceeded! maximum admitted {limit} per Minute."
            f" Try again in {wait} seconds.",
        )


def _faults(state: State, endpoint: str, company: companies.Company) -> ResponseReturnValue | None:
    """The response of a configured fault, or of the company's permanent one; else None."""
    fault = state.spend_fault(endpoint, company.key)
    if fault is None:
        standing = () if company.key in state.changes.mended else company.faults
        fault = next((f for f in standing if f.concerns(endpoint, company.key)), None)
    return strike(fault, state.behaviour.slow_seconds) if fault else None


def _demand_standing(state: State, found: Caller) -> None:
    """Check what may have changed at Visma since the approval."""
    if found.company.key in state.changes.modules_off:
        raise ApiError(4002)
    if found.person.name in state.changes.removed_people:
        raise ApiError(4011)
