"""The pages of an authorization: log-in, choice of company, and consent."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wizard.sandbox.cast import companies, people
from wizard.sandbox.cast.people import Person
from wizard.sandbox.current import current_state
from wizard.sandbox.identity.answers import error_page
from wizard.sandbox.identity.journey import Journey
from wizard.sandbox.identity.sessions import log_in, logged_in
from wizard.sandbox.identity.wording import PERMISSIONS

blueprint = Blueprint("identity", __name__, url_prefix="/konto")


@blueprint.get("/inloggning")
def login() -> ResponseReturnValue:
    """Choose a person; there is no password."""
    return render_template("sandbox/identity/login.html", people=people.ALL, journey=_journey())


@blueprint.post("/inloggning")
def log_in_as() -> ResponseReturnValue:
    """Log in as the chosen person."""
    journey = _journey()
    person = people.BY_NAME.get(request.form.get("person", "")) or abort(400)
    if "resa" in request.form and journey is None:
        abort(410)
    log_in(person)
    current_state().count("logged_in")
    if journey is None:
        return redirect(url_for("portal.home"), 303)
    journey.switch_to(person)
    return onward(journey)


@blueprint.get("/foretag")
def company() -> ResponseReturnValue:
    """Choose a company. The standardföretag is first and preselected, which misleads people."""
    journey, person = under_way()
    default = current_state().default_company(person)
    choices = sorted(journey.choices(person), key=lambda each: (each.key != default, each.name))
    return render_template(
        "sandbox/identity/company.html",
        journey=journey,
        person=person,
        choices=choices,
        default=default,
    )


@blueprint.post("/foretag")
def choose_company() -> ResponseReturnValue:
    """Store the chosen company."""
    journey, person = under_way()
    chosen = request.form.get("foretag", "")
    if chosen not in [each.key for each in journey.choices(person)]:
        abort(400)
    journey.company = chosen
    return onward(journey)


@blueprint.get("/inget-foretag")
def no_company() -> ResponseReturnValue:
    """The page for a person without a company that has the program."""
    return error_page("no_company")


@blueprint.get("/medgivande")
def consent() -> ResponseReturnValue:
    """Show the requested scopes, the client and the company."""
    journey, person = under_way()
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


def onward(journey: Journey) -> Response:
    """Redirect to the next page."""
    person = people.BY_NAME.get(journey.person or "")
    default = current_state().default_company(person) if person else None
    step = journey.next_step(person, default)
    return redirect(url_for(f"identity.{step.value}", resa=journey.id), 303)


def under_way() -> tuple[Journey, Person]:
    """The journey and its person, who must be logged in in this browser."""
    journey, person = _journey(), logged_in()
    if journey is None or person is None or journey.person != person.name:
        abort(410)
    return journey, person


def _journey() -> Journey | None:
    """The journey in the URL, if known."""
    return current_state().journeys.find(request.values.get("resa", ""))
