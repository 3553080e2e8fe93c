"""Effects of faults on the client: an error body, a field too few, a web page, silence, or a closed connection."""

import socket
import time
from typing import Any
from uuid import uuid4

from flask import Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.behaviour import Fault

MESSAGES = {
    3000: "ResourceNotFoundException - The requested resource was not found.",
    3001: "FiscalYearDoesNotExistException - The fiscal year does not exist.",
    4002: "ForbiddenRequestException - No access to module: api_standard",
    4003: "ForbiddenRequestException - The startup guide is not completed.",
    4004: "ForbiddenRequestException - The company is not active.",
    4005: "AuthorizationException - Authorization has been denied for this request.",
    4006: "AuthorizationException - The token does not have access to the required scopes.",
    4007: "PermissionException - The user does not have permission for this request.",
    4009: "ForbiddenRequestException - No access due to the product variant of the company.",
    4010: "API calls quota exceeded! maximum admitted 600 per Minute. Try again in 55 seconds.",
    4011: "ForbiddenRequestException - The authenticated user does not have access to eAccounting"
    " for this company.",
    4012: "ForbiddenRequestException - The licence agreement has not been accepted.",
    4034: "ForbiddenRequestException - The request is not allowed with a sandbox client.",
    5000: "InternalServerErrorException - An unexpected error occurred.",
    5001: "DependencyException - A dependency did not answer.",
    6000: "QueryParameterException - The query parameters are not valid.",
    6001: "InvalidInputException - The input is not valid.",
}
STATUSES = {3000: 404, 3001: 404, 4005: 401, 4007: 403, 4010: 429, 5000: 500, 5001: 500}
FORBIDDEN = (4002, 4003, 4004, 4006, 4009, 4011, 4012, 4034)
WEB_PAGE = "<!doctype html><html lang=sv><title>Underhåll</title><h1>Underhåll pågår</h1></html>"


def api_error(error_code: int, message: str | None = None) -> Response:
    """The API's error body, with the HTTP status of the code."""
    response = jsonify(
        ErrorCode=error_code,
        DeveloperErrorMessage=message or MESSAGES.get(error_code, "Exception"),
        ErrorId=str(uuid4()),
    )
    response.status_code = STATUSES.get(error_code, 403 if error_code in FORBIDDEN else 400)
    response.content_type = "application/json;charset=UTF-8"
    return response


def cut_line() -> None:
    """Close the socket below the server, as a failing network does."""
    line = request.environ.get("gunicorn.socket")
    if isinstance(line, socket.socket):
        line.shutdown(socket.SHUT_RDWR)


def strike(fault: Fault, slow_seconds: float) -> Response | None:
    """The fault's response; None if it only delays, or changes the answer (``without``)."""
    answers: dict[str, Any] = {
        "error_code": lambda: api_error(fault.value),
        "oauth_error": lambda: _oauth_error(fault.word),
        "left_out": lambda: setattr(g, "left_out", fault.word),
        "status": lambda: Response(WEB_PAGE, status=fault.value or 503, mimetype="text/html"),
        "html": lambda: Response(WEB_PAGE, mimetype="text/html"),
        "close": _cut,
        "slow": lambda: time.sleep(fault.value or slow_seconds),
    }
    response: Response | None = answers[fault.kind]()
    return response


def without(answer: ResponseReturnValue) -> ResponseReturnValue:
    """The answer, and each row of a list, without the field that a fault leaves out."""
    word = g.pop("left_out", "")
    body = answer.get_json() if word and isinstance(answer, Response) else None
    if not isinstance(body, dict):
        return answer
    for one in (body, *body.get("Data", [])):
        one.pop(word, None)
    return jsonify(body)


def _oauth_error(word: str) -> Response:
    response = jsonify(error=word)
    response.status_code = 400
    return response


def _cut() -> Response:
    cut_line()
    return Response(status=500)
