"""Compression of static files, public pages and forms; never of pages with a lasting secret (BREACH)."""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from wizard.config import Settings
from wizard.web.hooks import varying
from wizard.web.hooks.public import is_shared

TYPES = {
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "image/svg+xml",
}
# Pages whose only secret is the CSRF token, which is masked anew in every answer. Only as they are asked
# for: an answer to what was sent may show a link, or what somebody wrote.
FORMS = {
    "onboarding.welcome",
    "onboarding.permission",
    "onboarding.bookkeeping",
    "onboarding.company",
    "onboarding.approve",
    "onboarding.colleague",
    "onboarding.decline",
    "authorization.check",
    "authorization.cause",
}
SHORTEST = 500  # bytes; shorter responses fit in one packet anyway
LEVEL = 6


def init_app(app: Flask, _settings: Settings) -> None:
    """Compress responses without a lasting secret for clients that accept it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    is_static = request.endpoint == "static"
    if response.mimetype not in TYPES or not (is_static or is_shared(response) or _is_form()):
        return response
    varying.say(response, "Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    response.close()  # closes the file
    if len(body) >= SHORTEST:
        response.set_data(_kept(body) if is_static else gzip.compress(body, LEVEL, mtime=0))
        response.content_encoding = "gzip"
        _weaken(response)
    return response


def _is_form() -> bool:
    return request.method == "GET" and request.endpoint in FORMS


def _weaken(response: Response) -> None:
    """Make the ETag weak: the content is equivalent but not the same bytes (RFC 9110, 8.8.1)."""
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)


@lru_cache(maxsize=64)
def _kept(body: bytes) -> bytes:
    """The compressed static file, cached in memory."""
    return gzip.compress(body, 9, mtime=0)
