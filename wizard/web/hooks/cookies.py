"""Browsers that keep no cookie: a fixed mark on a redirect finds them, and they get a page of their own."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wizard.causes import CAUSES, Cause
from wizard.config import Settings
from wizard.extensions import settings
from wizard.setting_values import site_of
from wizard.web.hooks.public import is_public

MARK, JUST_GIVEN = "kaka", "nyss"  # the same for all: it says nothing of what was opened
GOES_ON = "onboarding.resume"  # redirects further by itself
OF_STAFF = {"auth", "handover"}


def init_app(app: Flask, _settings: Settings) -> None:
    """Look for the mark before every page, and take it off the address afterwards."""
    app.before_request(_look)
    app.after_request(_take_off)


def given(endpoint: str, **values: Any) -> Response:
    """Redirect to a page that needs the cookie of this response."""
    return redirect(marked(url_for(endpoint, **values)), 303)


def marked(address: str) -> str:
    """The address with the mark."""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query), (MARK, JUST_GIVEN)]
    return parts._replace(query=urlencode(query)).geturl()


def came() -> bool:
    """True if the browser has sent our cookie."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _look() -> Response | None:
    """Nothing is looked up: the page is the same whether or not there is something to open."""
    if not _is_marked():
        return None
    if came():
        return None if request.endpoint == GOES_ON else redirect(_unmarked(), 303)
    page = render_template(
        "errors/cookies_off.html",
        site=site_of(settings.public_url),
        kind=request.blueprint if request.blueprint in OF_STAFF else "link",
        help_step=CAUSES[Cause.COOKIES_OFF].help,
    )
    return make_response(page, 400)


def _take_off(response: Response) -> Response:
    """Leave no mark in the address of a page that is shown, since somebody may copy it."""
    if _is_marked() and came() and response.status_code not in {302, 303}:
        return redirect(_unmarked(), 303)
    return response


def _is_marked() -> bool:
    if MARK not in request.args or request.args[MARK] != JUST_GIVEN:
        return False
    return request.method == "GET" and request.endpoint is not None and not is_public()


def _unmarked() -> str:
    others = [(name, value) for name, value in request.args.items(multi=True) if name != MARK]
    return f"{request.path}?{urlencode(others)}" if others else request.path
