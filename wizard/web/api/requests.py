"""Checks of a request before validation: JSON, size and characters."""

import json
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import NotAcceptable

from wizard.web.api.problems import MIME, ProblemError
from wizard.web.hooks.security import LARGEST_FORM

JSON = "application/json"
DEEPEST = 8
LONGEST_ID = 200


def check() -> None:
    """Refuse requests that cannot be read or answered: raises 400, 406, 413, 415 or 422."""
    _acceptable()
    if any(len(str(part)) > LONGEST_ID for part in (request.view_args or {}).values()):
        raise ProblemError("not_found")
    for name, values in request.args.lists():
        if len(values) > 1:
            error = {"in": "query", "pointer": name, "detail": "Only one may be given"}
            raise ProblemError("invalid", errors=[error])


def check_body() -> None:
    """Refuse a body that is not a JSON object; the view's own model validates it afterwards."""
    if request.mimetype != JSON:
        raise ProblemError("unsupported_media_type")
    try:
        body = _read()
    except (ValueError, RecursionError):
        raise ProblemError("malformed") from None
    if not isinstance(body, dict):
        error = {"in": "body", "pointer": "", "detail": "An object is wanted"}
        raise ProblemError("invalid", errors=[error])
    _storable(body, "")


def _read() -> Any:
    """The body as I-JSON (RFC 7493): UTF-8, unique names, finite numbers."""
    sent = request.get_data()
    in_chunks = request.content_length is None  # a chunked body over the limit was cut off
    if in_chunks and len(sent) >= (request.max_content_length or LARGEST_FORM):
        raise ProblemError("too_large")
    text = sent.decode("utf-8-sig")
    return json.loads(text, object_pairs_hook=_named_once, parse_constant=_no_number)


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _acceptable() -> None:
    accepted = request.accept_mimetypes
    wanted = accepted.best_match([JSON, MIME]) if accepted else JSON
    if wanted is None and not request.path.endswith(("/content", "/samples")):
        raise NotAcceptable


def _storable(value: Any, pointer: str, depth: int = 0) -> None:
    """Refuse characters that the database cannot store, in names and values alike."""
    if isinstance(value, dict) and depth < DEEPEST:
        for name, part in value.items():
            _storable(name, pointer)
            _storable(part, f"{pointer}/{name}", depth + 1)
    elif isinstance(value, str) and ("\0" in value or not _encodable(value)):
        error = {
            "in": "body",
            "pointer": pointer,
            "detail": "There are letters that cannot be kept",
        }
        error["pointer"] = pointer.encode("utf-8", "replace").decode()
        raise ProblemError("invalid", errors=[error])


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
