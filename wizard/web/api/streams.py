"""A file on its way through us: its bytes as they come, named and typed by what it is."""

from typing import Any
from urllib.parse import quote

from flask import Response

from wizard.services.documents import OpenDocument
from wizard.services.media import Kind
from wizard.web.sending import sent

CONTENT: dict[str, Any] = {
    kind.value: {"schema": {"type": "string", "contentMediaType": kind.value}} for kind in Kind
}
NAMED: dict[str, Any] = {
    "Content-Disposition": {
        "description": "attachment, and a safe name to save it under",
        "required": True,
        "schema": {"type": "string", "pattern": "^attachment"},
    },
    "Accept-Ranges": {
        "description": "Whether parts of this file are given",
        "required": True,
        "schema": {"type": "string", "enum": ["bytes", "none"]},
    },
}


def stream(opened: OpenDocument) -> Response:
    """The file or the part asked for, never all of it in memory."""
    response = sent(opened.file, opened.kind.value)
    plain = opened.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        **{"filename": plain, "filename*": f"UTF-8''{quote(opened.name, safe='')}"},
    )
    response.headers.setdefault("Accept-Ranges", "none")
    return response
