"""Streaming of a file from the provider to the client, with its media type and file name."""

from typing import Any
from urllib.parse import quote

from flask import Response

from wizard.services.books.documents import OpenDocument
from wizard.services.books.media_types import Kind
from wizard.web.file_responses import sent

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


ZIPPED: dict[str, Any] = {
    "application/zip": {"schema": {"type": "string", "contentMediaType": "application/zip"}}
}
ZIP_NAMED: dict[str, Any] = {"Content-Disposition": NAMED["Content-Disposition"]}


def stream(opened: OpenDocument) -> Response:
    """A response that streams the file or the requested range; it is never held in memory whole."""
    response = sent(opened.file, opened.kind.value)
    plain = opened.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        **{"filename": plain, "filename*": f"UTF-8''{quote(opened.name, safe='')}"},
    )
    response.headers.setdefault("Accept-Ranges", "none")
    return response
