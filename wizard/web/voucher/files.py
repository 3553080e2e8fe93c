"""Responses with documents: streamed, sandboxed in a frame, and aborted if the source fails."""

import base64
from typing import TypeVar
from urllib.parse import quote

from flask import Response, make_response
from werkzeug.wrappers import Response as AnyResponse

from wizard.services.books.documents import OpenDocument
from wizard.services.books.media_types import Kind, judge
from wizard.services.books.scans import Scan
from wizard.web.file_responses import sent
from wizard.web.hooks.security import CONTENT_SECURITY_POLICY

# A foreign document is sandboxed: no script, no form, no navigation, no access to our origin.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# Our own page around pictures: those that we have converted, or an unchanged one.
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

R = TypeVar("R", bound=AnyResponse)


def streamed(opened: OpenDocument, *, save: bool) -> Response:
    """The document unchanged: shown inline if its type is harmless, else as a download."""
    shown = opened.kind.is_shown and not save
    response = sent(opened.file, (opened.kind if shown else Kind.OTHER).value)
    response.headers["Content-Disposition"] = _disposition(
        "inline" if shown else "attachment", opened.name
    )
    return framed(response, SANDBOX)


def framed(response: R, policy: str = FRAMED) -> R:
    """A response that only our own pages may show in a frame."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def framing(page: str, status: int = 200) -> AnyResponse:
    """A page that shows documents in a frame."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def addresses(scan: Scan) -> list[str]:
    """The pages as data URLs, so that the browser fetches nothing more."""
    return [
        f"data:{judge(page).value};base64,{base64.b64encode(page).decode()}" for page in scan.pages
    ]


def _disposition(how: str, name: str) -> str:
    """The Content-Disposition header (RFC 6266), with the file name in ASCII and in UTF-8."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
