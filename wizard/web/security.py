"""What every answer and cookie carries so that browsers keep our pages ours."""

from datetime import timedelta

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from wizard.config import Settings
from wizard.web.public import cache_control, is_public

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
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
SESSION_LIFETIME = timedelta(days=14)
LARGEST_FORM = 64 * 1024
# Files that anybody may fetch, at addresses that change with their content.
PUBLIC_FILES = {"static", "picture.image"}
# Addresses that hold a secret of their own must not be told to the next site, not even to ours.
SECRET_ENDPOINTS = {
    "onboarding.open_link",
    "receipt.open_receipt",
    "authorization.callback",
    "handover.open_handover",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Set cookies, limits and headers; trust as many proxies as the setting says."""
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # no time limit that loses work
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.after_request(_protect)
    if settings.https:
        app.after_request(_only_https)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint in SECRET_ENDPOINTS or request.endpoint is None:
        response.headers["Referrer-Policy"] = "no-referrer"
    if is_public() and response.status_code == 200:
        response.headers["Cache-Control"] = cache_control(response)
    elif request.endpoint not in PUBLIC_FILES or response.status_code >= 400:
        # for one reader, once
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _only_https(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response
