"""Authorization responses, and the error page that does not redirect."""

from secrets import token_urlsafe
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import render_template, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.cast.people import Person, Quirk
from wizard.sandbox.current import current_state

WRONG_ISSUER = "https://nagon-annan.example"


def with_parameters(uri: str, **parameters: str) -> str:
    """The URL with parameters added to its query string."""
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return urlunsplit(parts._replace(query=query))


def refusal(redirect_uri: str, error: str) -> str:
    """The redirect URL of an error response."""
    state = {"state": request.args["state"]} if "state" in request.args else {}
    return with_parameters(redirect_uri, error=error, **state, **issuer(None))


def issuer(person: Person | None) -> dict[str, str]:
    """The parameter ``iss`` (RFC 9207), which is wrong for one person."""
    state = current_state()
    if not state.behaviour.issuer_parameter:
        return {}
    wrong = person is not None and person.quirk is Quirk.WRONG_ISSUER
    return {"iss": WRONG_ISSUER if wrong else state.settings.origin}


def extras(scopes: tuple[str, ...]) -> dict[str, str]:
    """Parameters that Duende's server adds to a code."""
    return {"scope": " ".join(scopes), "session_state": f"{token_urlsafe(32)}.{token_urlsafe(16)}"}


def error_page(error: str) -> ResponseReturnValue:
    """Visma's error page, which does not redirect back."""
    return render_template("sandbox/identity/error.html", error=error), 400
