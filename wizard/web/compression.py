"""Static files and public pages are sent compressed; a page that may hold a secret never is."""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from wizard.config import Settings
from wizard.web.public import is_shared

TYPES = {
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "image/svg+xml",
}
SHORTEST = 500  # bytes; shorter answers fit in a packet as they are
LEVEL = 6


def init_app(app: Flask, _settings: Settings) -> None:
    """Compress what is the same for everybody, for whoever takes it compressed."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    is_static = request.endpoint == "static"
    if response.mimetype not in TYPES or not (is_static or is_shared(response)):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    response.close()  # the file it was read from
    if len(body) >= SHORTEST:
        response.set_data(_kept(body) if is_static else gzip.compress(body, LEVEL, mtime=0))
        response.content_encoding = "gzip"
        _weaken(response)
    return response


def _weaken(response: Response) -> None:
    """The same file in other bytes: a weak tag says so, and still spares fetching it again."""
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)


@lru_cache(maxsize=64)
def _kept(body: bytes) -> bytes:
    """A static file, compressed once."""
    return gzip.compress(body, 9, mtime=0)
