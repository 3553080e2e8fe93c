"""Security headers, cookie attributes and limits for every response."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

from wizard.config import Settings
from wizard.web.hooks import varying
from wizard.web.hooks.public import cache_control, is_public

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# A file frames nothing, opens nothing and asks the browser for nothing: what is left to say is short.
FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_OF_FILES = ("Content-Disposition", "Last-Modified", "Expires")  # ETag and Cache-Control say it
SESSION_LIFETIME = timedelta(days=14)
SESSION_RENEWED = timedelta(hours=1)
LARGEST_FORM = 64 * 1024
# Public files, whose URLs change with their content.
PUBLIC_FILES = {"static", "picture.image", "logo.image"}
# URLs that hold a secret must never be sent as a referrer, not even to our own pages.
SECRET_ENDPOINTS = {
    "onboarding.open_link",
    "receipt.open_receipt",
    "consents.open_link",
    "authorization.callback",
    "handover.open_handover",
    "account_link.open_link",
    "auth.single_sign_on_answer",
}


class Session(SecureCookieSession):
    """A browser's session, and when its cookie was signed; None before it has one."""

    signed_at: datetime | None = None


class Sessions(SecureCookieSessionInterface):
    """Sessions that are kept out of public files, which anybody on the way may store.

    The cookie is sent when it says something new, and else once an hour, so that it lives from the last
    visit. Sent with every answer, a page that was slow would put back what another one has changed since.
    """

    session_class = Session

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The one of this application, whose keys never change."""
        self._serializer = self._serializer or super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> Session | None:
        """The session of a request; a new one where the cookie is missing, too old or not ours."""
        serializer = self.get_signing_serializer(app)
        sent = request.cookies.get(self.get_cookie_name(app))
        if not (serializer and sent):
            return Session() if serializer else None
        lifetime = int(app.permanent_session_lifetime.total_seconds())
        try:
            content, signed_at = serializer.loads(sent, max_age=lifetime, return_timestamp=True)
        except BadSignature:
            return Session()
        session = Session(content)
        session.signed_at = signed_at
        return session

    def should_set_cookie(self, app: Flask, session: Any) -> bool:  # noqa: ARG002 -- Flask hands it over
        """Whether the session has changed, or its cookie is older than an hour."""
        if session.modified or not session.signed_at:
            return True
        return bool(session.permanent) and datetime.now(UTC) - session.signed_at > SESSION_RENEWED

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        """Set the cookie if it says something new, except with a public file."""
        if request.endpoint in PUBLIC_FILES and response.status_code < 400:
            return
        if session and not self.should_set_cookie(app, session):
            if session.accessed:
                varying.say(response, "Cookie")
            return
        super().save_session(app, session, response)


def init_app(app: Flask, settings: Settings) -> None:
    """Configure cookies, limits and headers."""
    app.session_interface = Sessions()
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SECRET_KEY_FALLBACKS=settings.previous_keys,
        WTF_CSRF_SECRET_KEY=settings.signing_keys,
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # a time limit would lose what people have filled in
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
    )
    app.after_request(_protect)
    if settings.https:
        app.after_request(_only_https)


def _protect(response: Response) -> Response:
    is_file = request.endpoint == "static" and response.status_code < 400
    own = {name for name, _ in response.headers}
    headers = FILE_HEADERS if is_file else HEADERS
    response.headers.extend({name: value for name, value in headers.items() if name not in own})
    if is_file:
        for name in NOT_OF_FILES:
            del response.headers[name]
    if request.endpoint in SECRET_ENDPOINTS or request.endpoint is None:
        response.headers["Referrer-Policy"] = "no-referrer"
    if is_public() and response.status_code == 200:
        response.headers["Cache-Control"] = cache_control(response)
    elif request.endpoint not in PUBLIC_FILES or response.status_code >= 400:
        # personal pages are never stored
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _only_https(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response
