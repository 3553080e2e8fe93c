"""Hooks for all pages: security headers, protection from cross-site forms, and error pages."""

from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, HTTPException, SecurityError

from wizard.sandbox.current import current_state
from wizard.sandbox.identity.client import is_loopback


def protect(app: Flask) -> None:
    """Register the hooks on an application."""
    app.before_request(refuse_foreign_forms)
    app.after_request(add_headers)
    app.register_error_handler(HTTPException, show_error)


def refuse_foreign_forms() -> None:
    """Refuse forms posted from other sites.

    Together with a SameSite=Lax cookie this is enough for rehearsals: browsers send Origin with every
    POST, and programs, which have no cookie, send none.
    """
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin not in (None, request.host_url.rstrip("/")):
        raise Forbidden


def add_headers(response: Response) -> Response:
    """Add security headers: only our style sheet, and no caching."""
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
    """The sources for form-action; Chromium applies it to redirects, so that it must include the client."""
    uris = filter(is_loopback, current_state().settings.redirect_uris)
    return ["'self'", *sorted({"{0.scheme}://{0.netloc}".format(urlsplit(uri)) for uri in uris})]


def show_error(error: HTTPException) -> ResponseReturnValue:
    """A short error page."""
    if isinstance(error, SecurityError):
        return "Okänt värdnamn.", 400  # no URL can be built for an unknown host
    return render_template("sandbox/error.html", code=error.code), error.code or 500
