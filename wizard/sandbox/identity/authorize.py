"""The authorization endpoint: the request that starts the pages, and the response that ends them."""

from typing import Any

from authlib.oauth2.base import OAuth2Error
from flask import Blueprint, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.cast.people import Person, Quirk
from wizard.sandbox.current import current_state
from wizard.sandbox.faults import strike
from wizard.sandbox.identity import answers
from wizard.sandbox.identity.journey import Journey
from wizard.sandbox.identity.sessions import logged_in
from wizard.sandbox.identity.views import onward, under_way

blueprint = Blueprint("authorize", __name__, url_prefix="/connect/authorize")


@blueprint.get("")
def ask() -> ResponseReturnValue:
    """Validate the request and show the first page; an invalid request never redirects."""
    state = current_state()
    state.count("authorize")
    fault = state.spend_fault("authorize", None)
    struck = strike(fault, state.behaviour.slow_seconds) if fault else None
    if struck is not None:
        return struck
    try:
        grant = _server().get_consent_grant()
    except OAuth2Error as error:
        return answers.error_page(error.error or "invalid_request")
    except ValueError:  # raised by Authlib for URLs that cannot be quoted in an error
        return answers.error_page("invalid_request")
    return _begin(grant.redirect_uri)


def _begin(redirect_uri: str) -> ResponseReturnValue:
    journey = Journey.begin(request.query_string.decode("latin-1"), request.args)
    person = None if journey.demands_login else logged_in()
    if "none" in journey.prompts:
        error = "consent_required" if person else "login_required"
        return redirect(answers.refusal(redirect_uri, error))
    journey.person = person.name if person else None
    current_state().journeys.add(journey)
    return onward(journey)


@blueprint.post("")
def answer() -> ResponseReturnValue:
    """Godkänn or Avbryt: redirect to the client with the result; a second submission repeats it."""
    journey, person = under_way()
    if journey.company is None or journey.query != request.query_string.decode("latin-1"):
        abort(400)
    if person.quirk is Quirk.NEVER_RETURNS:
        return answers.error_page("server_error")
    state = current_state()
    with state.lock:
        if journey.result is None:
            approved = request.form.get("svar") == "godkann"
            state.count("approved" if approved else "denied")
            journey.result = _result(journey, person, approved=approved)
    return redirect(journey.result)


def _result(journey: Journey, person: Person, *, approved: bool) -> str:
    """The redirect URL with the result."""
    g.journey = journey
    grant = _server().get_consent_grant(end_user=person)
    if person.quirk is Quirk.SERVER_ERROR:
        return answers.refusal(grant.redirect_uri, "server_error")
    response = _server().create_authorization_response(
        grant_user=person if approved else None, grant=grant
    )
    added = answers.extras(journey.scopes) if approved else {}
    return answers.with_parameters(response.location, **added, **answers.issuer(person))


def _server() -> Any:
    return current_app.extensions["authlib_server"]
