"""A file on its way through us: its bytes as they come, named and typed by what it is."""

from typing import Any
from urllib.parse import quote

from flask import Response

from wizard.services.documents import OpenDocument
from wizard.services.media import Kind

CONTENT: dict[str, Any] = {
    kind.value: {"schema": {"type": "string", "contentMediaType": kind.value}} for kind in Kind
}
NAMED: dict[str, Any] = {
    "Content-Disposition": {
        "description": "attachment, and a safe name to save it under",
        "required": True,
        "schema": {"type": "string", "pattern": "^attachment"},
    }
}


def stream(opened: OpenDocument) -> Response:
    """The whole file, never all of it in memory; its connection is closed whoever leaves first."""
    response = Response(opened.file.pieces(), content_type=opened.kind.value)
    response.call_on_close(opened.file.close)
    plain = opened.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        **{"filename": plain, "filename*": f"UTF-8''{quote(opened.name, safe='')}"},
    )
    if opened.file.length is not None:
        response.content_length = opened.file.length
    response.headers["Accept-Ranges"] = "none"
    return response
