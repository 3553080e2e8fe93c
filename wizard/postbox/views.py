"""Pages of the postbox: the list, a letter, and its HTML in a sandboxed frame."""

from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, render_template, url_for

from wizard.postbox.box import Box, Letter

blueprint = Blueprint("postbox", __name__)
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A letter's HTML runs no scripts and loads nothing; its links open new windows.
LETTER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
NEW_WINDOW = '<head><base target="_blank">'


@blueprint.get("/")
def index() -> str:
    """List the letters, newest first."""
    return render_template("postbox/index.html", letters=_box().letters())


@blueprint.get("/brev/<key>")
def letter(key: str) -> str:
    """Show a letter, as HTML in a frame and as text."""
    found = _found(key)
    frame = url_for("postbox.html", key=key) if found.part("html") else None
    return render_template("postbox/letter.html", letter=found, frame=frame)


@blueprint.get("/brev/<key>/html")
def html(key: str) -> Response:
    """Send the HTML of a letter."""
    shown = _found(key).part("html").replace("<head>", NEW_WINDOW, 1)
    answer = make_response(shown)
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


@blueprint.after_request
def add_headers(response: Response) -> Response:
    """Add security headers: only our style sheet and frame, and no caching."""
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _box() -> Box:
    return cast("Box", current_app.extensions["postbox"])


def _found(key: str) -> Letter:
    return _box().letter(key) or abort(404)
