"""Error pages: each says what happened and has a way on, even when the database is away."""

from math import ceil
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, TooManyRequests

from wizard.config import Settings
from wizard.extensions import settings
from wizard.web import i18n
from wizard.web.api import problems

log = structlog.get_logger()
PAGES = {400, 403, 404, 405, 413, 429, 500, 503}
AWAY = (exc.DBAPIError, exc.TimeoutError)


def init_app(app: Flask, _settings: Settings) -> None:
    """Answer every error with a page of our own."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, http_error)
    for kind in AWAY:
        app.register_error_handler(kind, database_away)
    app.register_error_handler(Exception, unexpected)


def http_error(
    error: HTTPException,
) -> tuple[str, int, list[tuple[str, str]]] | Response:
    """An error that HTTP has a number for."""
    code = error.code or 500
    shown = code if code in PAGES else 400 if code < 500 else 500
    kept = ("allow", "retry-after")
    headers = [pair for pair in error.get_headers() if pair[0].lower() in kept]
    if problems.is_for_platform():
        return problems.of_status(code, dict(headers))
    return page(shown, _minutes(error)), code, headers


def database_away(error: Exception) -> tuple[str, int, dict[str, str]] | Response:
    """The database does not answer, or refused: the former passes, the latter is ours to mend."""
    passing = isinstance(error, exc.TimeoutError) or getattr(error, "connection_invalidated", False)
    passing = passing or isinstance(error, exc.OperationalError)
    log.error("database", error=type(error).__name__, exc_info=None if passing else error)
    code = 503 if passing else 500
    if problems.is_for_platform():
        return problems.of_status(code, {})
    return page(code), code, {"Retry-After": "5"} if passing else {}


def unexpected(error: Exception) -> tuple[str, int] | Response:
    """A mistake of ours."""
    log.error("unexpected", endpoint=request.endpoint, exc_info=error)
    if problems.is_for_platform():
        return problems.of_status(500, {})
    return page(500), 500


def page(code: int, minutes: int = 1) -> str:
    """The page for an error, without the context that pages get, since that asks the database.

    ``minutes`` is how long to wait before trying again, where that may help.
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


def _minutes(error: HTTPException) -> int:
    """Until something that was done too often may be done again; one when it does not say."""
    after = error.retry_after if isinstance(error, TooManyRequests) else None
    return ceil(after / 60) if isinstance(after, int) else 1


def _before() -> str:
    """The page that the reader was at: this one, or the one of ours with the button she pressed."""
    if request.method == "GET":
        return request.path
    came_from = urlsplit(request.referrer or "")
    return "/" + came_from.path.lstrip("/") if came_from.netloc == request.host else "/"
