"""A form that is refused because the session has ended is shown again, filled in, after sign-in.

Nothing is sent by itself: she reads what she wrote and presses again. Passwords and files are never kept.
What another site's page has sent is not kept either, or it could fill in our forms.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, flash, g, redirect, request, session, url_for
from flask_babel import gettext
from sqlalchemy import exc
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms import FileField, PasswordField
from wtforms.fields.core import UnboundField

from wizard.config import Settings
from wizard.extensions import database, login
from wizard.services.accounts import kept_forms, sessions
from wizard.services.accounts.staff import id_of
from wizard.services.throttling.rate_limits import network
from wizard.web.forms.base import Form
from wizard.web.hooks import known
from wizard.web.hooks.access import OF_SESSION, user_here

HELD = "kept_forms"  # session key: of each form its page, where it is sent, and its token
MOST = 3
OF_EVERY_FORM = {"csrf_token", "press"}


def init_app(app: Flask, _settings: Settings) -> None:
    """Fill in the forms of a page that was lost, and forget what has been sent anew."""
    login.unauthorized_handler(_to_sign_in)
    app.before_request(_recall)
    app.after_request(_let_go)


def keep() -> str | None:
    """As keep_form, and say that nothing was saved, where there is nothing to show again."""
    page = keep_form()
    if page and not g.get("words_kept"):
        flash(gettext("The page had been open for long, so nothing was saved. Please try again."))
    return page


def keep_form() -> str | None:
    """Keep the refused form of this request; returns the page to show it on, None if there is none."""
    page = _its_page()
    if page is None:
        return None
    words = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name not in OF_EVERY_FORM | secret_names()
    ]
    if words:
        try:
            token = kept_forms.keep(
                database.session, _writer(), network(request.remote_addr), words
            )
        except (exc.DBAPIError, exc.TimeoutError):  # the refusal is told all the same
            token = None
        if token:
            held = [urlsplit(page).path, request.path, token]
            session[HELD] = [*_held(), held][-MOST:]
            g.words_kept = True
    g.refused = True
    return page


def _to_sign_in() -> BaseResponse:
    """Redirect to sign-in, which then leads back to the page that was asked for, or that held the form."""
    if request.method != "POST":
        here = request.full_path.removesuffix("?")
        return redirect(url_for("auth.sign_in", next=here), 303)
    page = keep()
    if g.get("words_kept"):
        flash(
            gettext(
                "You have been signed out, so nothing was saved. When you have signed in, what you wrote is shown again."
            )
        )
    return redirect(url_for("auth.sign_in", next=page), 303)


@cache
def secret_names() -> frozenset[str]:
    """The names of all fields that hold a password or a file in any form."""
    return frozenset(
        name
        for form in _forms(Form)
        for name in dir(form)
        if isinstance(field := getattr(form, name), UnboundField)
        and issubclass(field.field_class, PasswordField | FileField)
    )


def _its_page() -> str | None:
    """Where the refused form stood, if that is a page of ours."""
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host or not request.url_rule:
        return None
    if "GET" in (request.url_rule.methods or ()):
        return request.full_path.removesuffix("?")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return None
    path = "/" + came_from.path.lstrip("/")
    return f"{path}?{came_from.query}" if came_from.query else path


def _writer() -> int | None:
    """Who wrote the form: who is signed in here, or was; None if nobody has been."""
    if user := user_here():
        return user.id
    if (token := session.get(OF_SESSION)) and (
        before := sessions.whose(database.session, str(token))
    ):
        return before
    browser = known.browser_here()
    return id_of(database.session, browser.accounts[-1]) if browser and browser.accounts else None


def _recall() -> None:
    """Hold what was written for the forms of this page; a form takes it that has its fields."""
    if request.method != "GET":
        return
    for page, _action, token in reversed(_held()):
        if page == request.path:
            user = user_here()
            words = kept_forms.find(database.session, token, user.id if user else None)
            if words:
                g.kept_words = MultiDict(words)
                return


def _let_go(response: Response) -> Response:
    """What has been sent anew, and was not refused again, is not shown again."""
    if request.method != "POST" or g.get("refused") or response.status_code >= 400:
        return response
    for held in _held():
        if held[1] == request.path:
            kept_forms.drop(database.session, held[2])
            session[HELD] = [other for other in _held() if other != held]
    return response


def _held() -> list[list[str]]:
    held: list[list[str]] = session.get(HELD, [])
    return held


def _forms(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _forms(child))]
