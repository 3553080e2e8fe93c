"""Error pages, which also work when the database is unavailable."""

from math import ceil
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, TooManyRequests

from wizard.config import Settings
from wizard.extensions import settings
from wizard.setting_values import site_of
from wizard.web import i18n
from wizard.web.api import problems
from wizard.web.auth.landing import after_sign_in
from wizard.web.hooks import cookies, kept_forms
from wizard.web.hooks.access import user_here

log = structlog.get_logger()
PAGES = {400, 403, 404, 405, 413, 429, 500, 503}
WRONG_HOST = "Host är inte {}, som WIZARD_PUBLIC_URL säger: proxyn framför ska skicka vidare Host oförändrad."
AWAY = (exc.DBAPIError, exc.TimeoutError)


def init_app(app: Flask, _settings: Settings) -> None:
    """Register handlers that answer every error with our own page."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, forged)
    for kind in AWAY:
        app.register_error_handler(kind, database_away)
    app.register_error_handler(Exception, unexpected)


def http_error(
    error: HTTPException,
) -> tuple[str, int, list[tuple[str, str]]] | Response:
    """The response for an HTTP error."""
    code = error.code or 500
    shown = code if code in PAGES else 400 if code < 500 else 500
    kept = ("allow", "retry-after")
    headers = [pair for pair in error.get_headers() if pair[0].lower() in kept]
    if problems.is_for_platform():
        return problems.of_status(code, dict(headers))
    return page(shown, _minutes(error)), code, headers


def forged(error: CSRFError) -> Any:
    """Say in the log why; show a form of ours again, filled in; without a cookie, find out whether the browser keeps any; else an error page.

    Who has signed in or out in another tab meanwhile goes on from there.
    """
    _log_refusal(error)
    if done := _done_already():
        return redirect(done, 303)
    if page := kept_forms.keep():
        return redirect(page if cookies.came() else cookies.marked(page), 303)
    if cookies.came() or problems.is_for_platform() or (before := _before()) == "/":
        return http_error(error)
    flash(gettext("The page had been open for long, so nothing was saved. Please try again."))
    query = urlsplit(request.referrer or "").query
    return redirect(cookies.marked(f"{before}?{query}"), 303)


def database_away(error: Exception) -> tuple[str, int, dict[str, str]] | Response:
    """The response for a database error: 503 if the database is unavailable, else 500."""
    passing = isinstance(error, exc.TimeoutError) or getattr(error, "connection_invalidated", False)
    passing = passing or isinstance(error, exc.OperationalError)
    log.error("database_failed", error=type(error).__name__, exc_info=None if passing else error)
    code = 503 if passing else 500
    if problems.is_for_platform():
        return problems.of_status(code, {})
    return page(code), code, {"Retry-After": "5"} if passing else {}


def unexpected(error: Exception) -> tuple[str, int] | Response:
    """The response for an unhandled exception."""
    log.error("request_failed", endpoint=request.endpoint, exc_info=error)
    if problems.is_for_platform():
        return problems.of_status(500, {})
    return page(500), 500


def page(code: int, minutes: int = 1) -> str:
    """The error page, rendered without the usual template context, which queries the database.

    ``minutes`` is how long to wait before a new try, if one can help.
    """
    template = current_app.jinja_env.get_template("errors/error.html")
    return template.render(
        code=code,
        minutes=minutes,
        back=_before(),
        request_id=g.get("request_id", ""),
        request=request,
        staff=None,
        **i18n.for_templates(settings),
    )


def _done_already() -> str | None:
    """Where to go on, if the refused form asked for what has been done: signing in or out."""
    if request.endpoint not in {"auth.sign_in", "auth.sign_out"}:
        return None
    user = user_here()
    if request.endpoint == "auth.sign_out":
        return None if user else url_for("auth.sign_in")
    return after_sign_in(user) if user else None


def _log_refusal(error: CSRFError) -> None:
    """Log the sites that a refused form came from and went to, and never their paths, which may hold secrets.

    Behind a proxy that does not pass Host on, every form is refused: the log says so.
    """
    ours = site_of(settings.public_url)
    log.warning(
        "form_refused",
        endpoint=request.endpoint,
        reason=error.description,
        host=request.host,
        origin=request.headers.get("Origin", ""),
        came_from=site_of(request.referrer or ""),
        **({} if request.host == ours else {"advice": WRONG_HOST.format(ours)}),
    )


def _minutes(error: HTTPException) -> int:
    """Minutes until a rate limit allows another request; 1 if unknown."""
    after = error.retry_after if isinstance(error, TooManyRequests) else None
    return ceil(after / 60) if isinstance(after, int) else 1


def _before() -> str:
    """The page to return to: this one, or the page of ours that held the submitted form."""
    if request.method == "GET":
        return request.path
    came_from = urlsplit(request.referrer or "")
    return "/" + came_from.path.lstrip("/") if came_from.netloc == request.host else "/"
