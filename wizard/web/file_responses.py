"""Streaming of files: byte ranges, and a time limit for readers that stop reading."""

import socket
from collections.abc import Iterator

from flask import Response, request

from wizard.providers.base import ByteRange, DocumentFile

STALL_SECONDS = 60.0  # per piece; a reverse proxy normally buffers everything at once


def wanted_range() -> ByteRange | None:
    """The requested byte range; None for the whole file, and for a request of several ranges.

    If-Range always gets the whole file, since we have no validators (RFC 9110, 13.1.5).
    """
    asked = None if "If-Range" in request.headers else request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    return ByteRange(*asked.ranges[0])


def sent(file: DocumentFile, kind: str) -> Response:
    """The response for a file or a range of it; the connection to its host is always closed."""
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
    """The bytes of the file; the socket times out if the reader takes nothing for a minute."""
    line = request.environ.get("gunicorn.socket")
    if isinstance(line, socket.socket):
        line.settimeout(STALL_SECONDS)
    return file.pieces()
