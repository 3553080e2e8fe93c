"""Endpoints for the client itself: token, revocation, userinfo and discovery."""

import time
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.behaviour import Fault
from wizard.sandbox.cast.people import BY_NAME, Quirk
from wizard.sandbox.current import current_state
from wizard.sandbox.faults import api_error, strike
from wizard.sandbox.grants import Code
from wizard.sandbox.identity.discovery import discovery

blueprint = Blueprint("tokens", __name__)

QUIRK_FAULTS = {
    Quirk.SLOW_TOKEN: Fault(kind="slow"),
    Quirk.TOKEN_DOWN: Fault(kind="status", value=503),
    Quirk.TOKEN_HTML: Fault(kind="html"),
}
QUIRK_ERRORS = {Quirk.CODE_REFUSED: "invalid_grant", Quirk.CLIENT_REFUSED: "invalid_client"}


@blueprint.post("/connect/token")
def token() -> ResponseReturnValue:
    """Exchange a code, or refresh."""
    state = current_state()
    state.count(f"token:{request.form.get('grant_type', '')[:40]}")
    time.sleep(state.behaviour.token_latency_ms / 1000)
    code = state.book.codes.get(request.form.get("code", ""))
    answer = _gone_wrong("token", code)
    if answer is not None:
        return answer
    with state.lock:  # so that no code or refresh token is redeemed twice
        response: Response = _server().create_token_response()
    state.count("token_answered")
    return response


@blueprint.post("/connect/revocation")
def revocation() -> ResponseReturnValue:
    """Revoke a grant; answers an empty 200, also for an unknown token (RFC 7009, 2.2)."""
    state = current_state()
    state.count("revocation")
    answer = _gone_wrong("revocation", None)
    if answer is not None:
        return answer
    with state.lock:
        response: Response = _server().create_endpoint_response("revocation")
    return Response(status=200) if response.status_code == 200 else response


@blueprint.get("/connect/userinfo")
def userinfo() -> ResponseReturnValue:
    """The person of the access token."""
    state = current_state()
    access = state.book.access_tokens.get(request.headers.get("Authorization", "")[7:])
    if access is None or access.expires_at <= state.now():
        return api_error(4005)
    person = BY_NAME[state.book.grants[access.grant_id].person]
    return jsonify(sub=person.id, email=person.email, name=person.name)


@blueprint.get("/.well-known/openid-configuration")
def configuration() -> ResponseReturnValue:
    """The discovery document."""
    return jsonify(discovery(current_state().settings.origin))


def _gone_wrong(endpoint: str, code: Code | None) -> Response | None:
    """The response of a configured fault, or of one that belongs to the approver; else None."""
    state = current_state()
    company = code.company if code else None
    quirk = BY_NAME[code.person].quirk if code else None
    if quirk in QUIRK_ERRORS:
        response = jsonify(error=QUIRK_ERRORS[quirk])
        response.status_code = 400
        return response
    fault = state.spend_fault(endpoint, company)
    if fault is None and quirk is not None:
        fault = QUIRK_FAULTS.get(quirk)
    return strike(fault, state.behaviour.slow_seconds) if fault else None


def _server() -> Any:
    return current_app.extensions["authlib_server"]
