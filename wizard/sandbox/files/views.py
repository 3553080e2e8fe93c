"""The download of files by temporary URL."""

import time
from collections.abc import Iterator

from flask import Blueprint, Response, abort, redirect, request, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Range

from wizard.sandbox.current import current_state
from wizard.sandbox.faults import cut_line, strike
from wizard.sandbox.files.body import Body
from wizard.sandbox.files.content import File

blueprint = Blueprint("files", __name__)


@blueprint.get("/temp/fileanonymous/<name>")
def fetch(name: str) -> ResponseReturnValue:
    """Send the file. A request with a token is refused, so that a leaked token is noticed."""
    state = current_state()
    state.count("file")
    time.sleep(state.behaviour.file_latency_ms / 1000)
    if "Authorization" in request.headers:
        state.count("file_with_authorization")
        abort(400)
    fault = state.spend_fault("file", None)
    struck = strike(fault, state.behaviour.slow_seconds) if fault else None
    if struck is not None:
        return struck
    file = state.addresses.find(name, state.now())
    if file is None:
        abort(404)
    if file.mishap == "redirect":
        return redirect("http://169.254.169.254/latest/meta-data/")
    return _send(file, request.range if state.behaviour.range_support else None)


def _send(file: File, asked: Range | None) -> Response:
    body = file.body()
    start, stop, status = 0, body.length, 200
    ranged = asked.range_for_length(body.length) if asked else None
    if asked and ranged is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{body.length}"})
    if ranged:
        start, stop, status = *ranged, 206
    pieces = stream_with_context(_pieces(file, body, start, stop))
    response = Response(pieces, status, mimetype=file.content_type)
    response.headers["Content-Length"] = str(_claimed_length(file, stop - start))
    if current_state().behaviour.range_support:
        response.headers["Accept-Ranges"] = "bytes"
    if ranged:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{body.length}"
    return response


def _claimed_length(file: File, length: int) -> int:
    if file.mishap == "length_too_long":
        return length * 2
    return length // 2 if file.mishap == "length_too_short" else length


def _pieces(file: File, body: Body, start: int, stop: int) -> Iterator[bytes]:
    """The bytes; a file with a fault stops half-way, for a time or for good."""
    middle = (start + stop) // 2
    yield from body.pieces(start, middle)
    if file.mishap == "cut":
        cut_line()
        return
    if file.mishap == "stall":
        time.sleep(current_state().behaviour.slow_seconds)
    yield from body.pieces(middle, stop)
    if file.mishap == "length_too_long":
        cut_line()  # otherwise the client would wait for the rest until the connection times out
