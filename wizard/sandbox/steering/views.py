"""The endpoints under /ovning: reset, settings, counters, trapped calls, grants, events and the cast."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.cast import companies, people
from wizard.sandbox.cast.lookup import find_company, find_person
from wizard.sandbox.current import current_state
from wizard.sandbox.identity.client import SCOPES
from wizard.sandbox.identity.tokens import token_answer
from wizard.sandbox.steering.events import EVENTS

blueprint = Blueprint("steering", __name__, url_prefix="/ovning")
READING = " ".join(
    s for s in SCOPES if s.endswith("_readonly") or s in ("ea:api", "offline_access")
)


@blueprint.errorhandler(ValueError)
def refuse(error: ValueError) -> ResponseReturnValue:
    """Answer an invalid request with a message."""
    return jsonify(error=str(error)), 400


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """A page for people: the cast, and the configured faults."""
    return render_template(
        "sandbox/steering/overview.html", people=people.ALL, companies=companies.BY_KEY
    )


@blueprint.post("/reset")
def reset() -> ResponseReturnValue:
    """Reset all state."""
    current_state().reset()
    return "", 204


@blueprint.get("/settings")
def settings() -> ResponseReturnValue:
    """The present behaviour."""
    return jsonify(asdict(current_state().behaviour))


@blueprint.post("/settings")
def change_settings() -> ResponseReturnValue:
    """Change the behaviour. Companies in faults may be given by name, key or number."""
    state, changes = current_state(), _body()
    for fault in changes.get("faults", []):
        if fault.get("company"):
            fault["company"] = find_company(fault["company"]).key
    with state.lock:
        state.behaviour = state.behaviour.changed(changes)
    return jsonify(asdict(state.behaviour))


@blueprint.get("/counters")
def counters() -> ResponseReturnValue:
    """The counters of requests and other occurrences."""
    return jsonify(current_state().counters)


@blueprint.delete("/counters")
def clear_counters() -> ResponseReturnValue:
    """Reset the counters."""
    current_state().counters.clear()
    return "", 204


@blueprint.get("/unexpected")
def unexpected() -> ResponseReturnValue:
    """The calls, newest last, that a client which only reads never makes."""
    return jsonify(current_state().unexpected)


@blueprint.get("/grants")
def grants() -> ResponseReturnValue:
    """The valid grants, oldest first, without tokens."""
    state = current_state()
    with state.lock:
        living = state.book.living()
    return jsonify([asdict(grant) | _names(grant.company) for grant in living])


@blueprint.post("/grants")
def mint() -> ResponseReturnValue:
    """Create grants without going through the pages; returns their tokens."""
    state, body = current_state(), _body()
    person, company = find_person(body["person"]), find_company(body["company"])
    answers = []
    with state.lock:
        for _ in range(body.get("count", 1)):
            scope, client_id = body.get("scope", READING), state.settings.client_id
            grant = state.book.open(person.name, company.key, client_id, scope, state.now())
            refresh = state.book.add_refresh_token(grant)
            answers.append(token_answer(state, grant, refresh) | {"grant": grant.id})
        state.save()
    return jsonify(answers)


@blueprint.delete("/grants/<grant_id>")
def end_grant(grant_id: str) -> ResponseReturnValue:
    """End a grant, as when consent is withdrawn at Visma."""
    state = current_state()
    grant = state.book.grants.get(grant_id)
    if grant is None:
        return jsonify(error="there is no such grant"), 404
    with state.lock:
        state.book.end(grant, "consent_removed")
        state.save()
    return "", 204


@blueprint.post("/tokens")
def tokens() -> ResponseReturnValue:
    """The grant of each refresh token, in their order; null for an unknown token."""
    book = current_state().book
    found = [book.refresh_tokens.get(token) for token in _body().get("tokens", [])]
    return jsonify([one.grant_id if one else None for one in found])


@blueprint.get("/ended")
def ended() -> ResponseReturnValue:
    """The ended grants, with the reason, and the last time a refresh token was replaced."""
    book = current_state().book
    with current_state().lock:
        last = {one.grant_id: one.used_at for one in book.refresh_tokens.values() if one.used}
        over = [grant for grant in book.grants.values() if grant.ended]
    return jsonify(
        [{"id": one.id, "why": one.ended, "replaced_at": last.get(one.id, 0.0)} for one in over]
    )


@blueprint.post("/events")
def event() -> ResponseReturnValue:
    """Make an event happen at Visma."""
    state, body = current_state(), _body()
    happen = EVENTS.get(body.get("event", ""))
    if happen is None:
        raise ValueError(f"the events are {', '.join(EVENTS)}")
    person = find_person(body["person"]) if body.get("person") else None
    company = find_company(body["company"]) if body.get("company") else None
    with state.lock:
        happen(state, person, company)
        state.save()
    return "", 204


@blueprint.post("/default-company")
def default_company() -> ResponseReturnValue:
    """Set a person's standardföretag; null removes it."""
    body = _body()
    company = find_company(body["company"]).key if body.get("company") else None
    current_state().set_default_company(find_person(body["person"]), company)
    return "", 204


@blueprint.get("/people")
def list_people() -> ResponseReturnValue:
    """All people, with their companies."""
    return jsonify(
        [
            {
                "name": person.name,
                "email": person.email,
                "explains": person.explains,
                "companies": [companies.BY_KEY[key].name for key in person.companies],
            }
            for person in people.ALL
        ]
    )


@blueprint.get("/companies")
def list_companies() -> ResponseReturnValue:
    """All companies."""
    return jsonify(
        [_names(each.key) | {"explains": each.explains, "key": each.key} for each in companies.ALL]
    )


def _names(key: str) -> dict[str, str | None]:
    company = companies.BY_KEY[key]
    return {"company": company.name, "organisation_number": company.number}


def _body() -> dict[str, Any]:
    """The JSON body of the request, which a form on another site cannot send."""
    body = request.get_json()
    return body if isinstance(body, dict) else {}
