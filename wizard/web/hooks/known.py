"""Browsers that have signed in to an account before: a signed cookie, which signing out leaves.

It gives no access. It says that guesses by others do not shut this browser out of those accounts, and
whose a form is that comes after the session has ended.
"""

import secrets

from flask import Flask, Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from wizard.config import Settings
from wizard.extensions import settings
from wizard.models import User
from wizard.services.accounts.staff import KnownBrowser

COOKIE = "known"
MOST = 5
DAYS_KEPT = 180
ID_BYTES = 16


def init_app(app: Flask, _settings: Settings) -> None:
    """Know browsers by this application's keys."""
    keys = app.extensions["settings"].signing_keys
    app.extensions["known_browsers"] = URLSafeTimedSerializer(keys, salt="known-browser")


def browser_here() -> KnownBrowser | None:
    """What this browser is known by; None if it has signed in to nothing."""
    serializer = _serializer()
    try:
        held = serializer.loads(request.cookies.get(_name(), ""), max_age=DAYS_KEPT * 24 * 3600)
        return KnownBrowser(str(held[0]), tuple(str(account) for account in held[1]))
    except (BadSignature, TypeError, LookupError):
        return None


def know(user: User) -> None:
    """With this request's answer, remember that this browser has signed in to the user's account."""
    known = browser_here()
    others = [each for each in known.accounts if each != user.public_id] if known else []
    browser = known.id if known else secrets.token_urlsafe(ID_BYTES)
    value = _serializer().dumps([browser, [*others, user.public_id][-MOST:]])

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _name(),
            str(value),
            max_age=DAYS_KEPT * 24 * 3600,
            secure=settings.https,
            httponly=True,
            samesite="Lax",
        )
        return response


def _serializer() -> URLSafeTimedSerializer:
    found: URLSafeTimedSerializer = current_app.extensions["known_browsers"]
    return found


def _name() -> str:
    return f"__Host-{COOKIE}" if settings.https else COOKIE
