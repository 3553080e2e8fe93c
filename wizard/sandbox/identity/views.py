"""The pages between the wizard and its callback: login, company, consent."""

from secrets import token_urlsafe
from urllib.parse import urlencode, urlsplit, urlunsplit

from authlib.oauth2.base import OAuth2Error
from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wizard.sandbox.cast import companies, people
from wizard.sandbox.cast.people import Person, Quirk
from wizard.sandbox.current import current_state
from wizard.sandbox.identity.journey import Journey
from wizard.sandbox.identity.sessions import log_in, logged_in
from wizard.sandbox.identity.wording import PERMISSIONS

blueprint = Blueprint("identity", __name__)

WRONG_ISSUER = "https://nagon-annan.example"


@blueprint.get("/connect/authorize")
def authorize() -> ResponseReturnValue:
    """Check the request and show the first page. What is wrong with it never redirects."""
    state = current_state()
    state.count("authorize")
    server = current_app.extensions["authlib_server"]
    try:
        grant = server.get_consent_grant()
    except (OAuth2Error, ValueError) as error:
        return _error_page(getattr(error, "error", "invalid_request"))
    journey = Journey.begin(request.query_string.decode(), request.args)
    state.journeys.add(journey)
    person = None if journey.demands_login else logged_in()
    if "none" in journey.prompts:
        error_code = "consent_required" if person else "login_required"
        return redirect(_with(grant.redirect_uri, error=error_code, **_echo()))
    journey.person = person.name if person else None
    return _onward(journey)


@blueprint.get("/konto/inloggning")
def login() -> ResponseReturnValue:
    """Pick a person; there is no password to give away."""
    return render_template("sandbox/identity/login.html", people=people.ALL, journey=_journey())


@blueprint.post("/konto/inloggning")
def log_in_as() -> ResponseReturnValue:
    """Log in as the picked person."""
    journey = _journey()
    person = people.BY_NAME.get(request.form.get("person", "")) or abort(400)
    log_in(person)
    if journey is None:
        return redirect(url_for("portal.home"), 303)
    journey.person = person.name
    return _onward(journey)


@blueprint.get("/konto/foretag")
def company() -> ResponseReturnValue:
    """Choose a company. Standardföretag stands first and is chosen: that is the trap."""
    journey, person = _under_way()
    default = current_state().default_company(person)
    choices = sorted(journey.choices(person), key=lambda each: (each.key != default, each.name))
    return render_template(
        "sandbox/identity/company.html",
        journey=journey,
        person=person,
        choices=choices,
        default=default,
    )


@blueprint.post("/konto/foretag")
def choose_company() -> ResponseReturnValue:
    """Take the chosen company."""
    journey, person = _under_way()
    chosen = request.form.get("foretag", "")
    if chosen not in [each.key for each in journey.choices(person)]:
        abort(400)
    journey.company = chosen
    return _onward(journey)


@blueprint.get("/konto/medgivande")
def consent() -> ResponseReturnValue:
    """Show what is asked for, by whom and for which company."""
    journey, person = _under_way()
    if journey.company is None:
        abort(400)
    return render_template(
        "sandbox/identity/consent.html",
        journey=journey,
        person=person,
        company=companies.BY_KEY[journey.company],
        permissions=[text for scope, text in PERMISSIONS.items() if scope in journey.scopes],
        client_name=current_state().settings.client_name,
    )


@blueprint.post("/connect/authorize")
def answer() -> ResponseReturnValue:
    """Godkänn or Avbryt: back to the client with the result."""
    journey, person = _under_way()
    if journey.company is None or journey.query != request.query_string.decode():
        abort(400)
    if person.quirk is Quirk.NEVER_RETURNS:
        return _error_page("server_error")
    g.journey = journey
    state = current_state()
    state.journeys.finish(journey)
    server = current_app.extensions["authlib_server"]
    grant = server.get_consent_grant(end_user=person)
    if person.quirk is Quirk.SERVER_ERROR:
        return redirect(_with(grant.redirect_uri, error="server_error", **_echo(person)))
    approved = request.form.get("svar") == "godkann"
    state.count("approved" if approved else "denied")
    with state.lock:
        response: Response = server.create_authorization_response(
            grant_user=person if approved else None, grant=grant
        )
    extra = _echo(person)
    extra.pop("state", None)  # Authlib has put it there
    if approved:
        extra |= {"scope": request.args["scope"], "session_state": token_urlsafe(32)}
    response.location = _with(response.location or "", **extra)
    return response


def _onward(journey: Journey) -> Response:
    """To the next page."""
    person = people.BY_NAME.get(journey.person or "")
    default = current_state().default_company(person) if person else None
    step = journey.next_step(person, default)
    return redirect(url_for(f"identity.{step.value}", resa=journey.id), 303)


@blueprint.get("/konto/inget-foretag")
def no_company() -> ResponseReturnValue:
    """She has no company with the programme."""
    return _error_page("no_company")


def _journey() -> Journey | None:
    """The trip that the address names."""
    return current_state().journeys.find(request.values.get("resa", ""))


def _under_way() -> tuple[Journey, Person]:
    """The trip and the person on it, who must be the one logged in here."""
    journey, person = _journey(), logged_in()
    if journey is None or person is None or journey.person != person.name:
        abort(410)
    return journey, person


def _echo(person: Person | None = None) -> dict[str, str]:
    """What every answer carries: state as it came, and who answers."""
    state = current_state()
    wrong = person is not None and person.quirk is Quirk.WRONG_ISSUER
    values = {"state": request.args["state"]} if "state" in request.args else {}
    if state.behaviour.issuer_parameter:
        values["iss"] = WRONG_ISSUER if wrong else state.settings.origin
    return values


def _with(uri: str, **parameters: str) -> str:
    """The address with parameters added to its query."""
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return urlunsplit(parts._replace(query=query))


def _error_page(error: str) -> ResponseReturnValue:
    """Visma's own error page, from which nobody comes back."""
    return render_template("sandbox/identity/error.html", error=error), 400
