"""What holds for every page: headers, the check against foreign forms, and error pages."""

from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, HTTPException, SecurityError

from wizard.sandbox.current import current_state
from wizard.sandbox.identity.client import is_loopback


def protect(app: Flask) -> None:
    """Add the checks and headers to an application."""
    app.before_request(refuse_foreign_forms)
    app.after_request(add_headers)
    app.register_error_handler(HTTPException, show_error)


def refuse_foreign_forms() -> None:
    """Refuse what another site's page sends.

    With a cookie that is SameSite=Lax this is enough for a rehearsal: browsers name the origin of
    every form they post, and programs, which carry no cookie, name none.
    """
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin not in (None, request.host_url.rstrip("/")):
        raise Forbidden


def add_headers(response: Response) -> Response:
    """Let pages use their style sheet and nothing else, and be kept nowhere."""
    if request.endpoint == "static":
        return response
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action {' '.join(_form_targets())}"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _form_targets() -> list[str]:
    """Chromium holds form-action against redirects too, so consent must name the client."""
    uris = filter(is_loopback, current_state().settings.redirect_uris)
    return ["'self'", *sorted({"{0.scheme}://{0.netloc}".format(urlsplit(uri)) for uri in uris})]


def show_error(error: HTTPException) -> ResponseReturnValue:
    """A page that says what happened, in a few words."""
    if isinstance(error, SecurityError):
        return "Okänt värdnamn.", 400  # no address can be built for a host that is not ours
    return render_template("sandbox/error.html", code=error.code), error.code or 500
