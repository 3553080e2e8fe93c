"""Security headers, cookie attributes and limits for every response."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface

from wizard.config import Settings
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


class Sessions(SecureCookieSessionInterface):
    """Sessions that are kept out of public files, which anybody on the way may store."""

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        """Set the cookie, except with a public file."""
        if request.endpoint not in PUBLIC_FILES or response.status_code >= 400:
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
    for name, value in (FILE_HEADERS if is_file else HEADERS).items():
        response.headers.setdefault(name, value)
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
