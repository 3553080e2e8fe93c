"""A file on its way to its reader: the part that is asked for, and no thread held by who takes nothing."""

import socket
from collections.abc import Iterator

from flask import Response, request

from wizard.providers.base import ByteRange, DocumentFile

STALL_SECONDS = 60.0  # for a piece of it; a proxy in front takes all at once


def wanted_range() -> ByteRange | None:
    """The part that is asked for; None for the whole, also when several parts are asked for at once.

    A part of what the reader has seen before (If-Range) is never given: we tell no versions apart.
    """
    asked = None if "If-Range" in request.headers else request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    return ByteRange(*asked.ranges[0])


def sent(file: DocumentFile, kind: str) -> Response:
    """The file, or the part of it that its host gave; its connection is closed whoever leaves first."""
    response = Response(_pieces(file), content_type=kind, direct_passthrough=True)
    response.call_on_close(file.close)
    if file.length is not None:
        response.content_length = file.length
    if file.ranges:
        response.headers["Accept-Ranges"] = "bytes"
    if file.ranges and file.length is not None and wanted_range():
        response.status_code = 206
        last = file.start + file.length - 1
        total = "*" if file.total is None else file.total
        response.headers["Content-Range"] = f"bytes {file.start}-{last}/{total}"
    return response


def _pieces(file: DocumentFile) -> Iterator[bytes]:
    """Its bytes, on a line that breaks off when its reader has taken nothing for a minute."""
    line = request.environ.get("gunicorn.socket")
    if isinstance(line, socket.socket):
        line.settimeout(STALL_SECONDS)
    return file.pieces()
