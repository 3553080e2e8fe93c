"""Documents as answers: streamed, harmless in a frame of ours, and broken off when their source is."""

import base64
from typing import TypeVar
from urllib.parse import quote

from flask import Response, make_response
from werkzeug.wrappers import Response as AnyResponse

from wizard.services.documents import OpenDocument
from wizard.services.media import Kind, judge
from wizard.services.scans import Scan
from wizard.web.security import CONTENT_SECURITY_POLICY
from wizard.web.sending import sent

# What another wrote may be looked at: no script, no form, no link out of its frame, no origin of ours.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# Our own page around pictures: those that we have made anew, or one that comes as it is.
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

R = TypeVar("R", bound=AnyResponse)


def streamed(opened: OpenDocument, *, save: bool) -> Response:
    """The document as it is: shown by the browser when it can do no harm there, else saved."""
    shown = opened.kind.is_shown and not save
    response = sent(opened.file, (opened.kind if shown else Kind.OTHER).value)
    response.headers["Content-Disposition"] = _disposition(
        "inline" if shown else "attachment", opened.name
    )
    return framed(response, SANDBOX)


def framed(response: R, policy: str = FRAMED) -> R:
    """An answer that pages of ours may show in a frame, and nobody else's."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def framing(page: str, status: int = 200) -> AnyResponse:
    """A page that shows documents in a frame."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def addresses(scan: Scan) -> list[str]:
    """The pages within addresses of their own, so that nothing more has to be fetched."""
    return [
        f"data:{judge(page).value};base64,{base64.b64encode(page).decode()}" for page in scan.pages
    ]


def _disposition(how: str, name: str) -> str:
    """As RFC 6266 has it: the name in ASCII for the old, and as it is."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
