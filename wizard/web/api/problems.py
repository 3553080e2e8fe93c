"""What goes wrong with a request, as RFC 9457 says it: one table of causes, and the answer made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request

from wizard.causes import CAUSES, Cause
from wizard.extensions import settings
from wizard.web.api.words import marked

MIME = "application/problem+json"
ROOT = "/api/"
RETRY_SECONDS = 30


@dataclass(frozen=True)
class Kind:
    """What is true of a cause: the status it is answered with, and what it says."""

    status: int
    title: str


KINDS = {
    "malformed": Kind(400, marked("The request could not be read")),
    "cursor_unknown": Kind(404, marked("No page ended there")),
    "unauthenticated": Kind(401, marked("A key is needed, and this is none that works")),
    "not_found": Kind(404, marked("There is no such thing")),
    "member_unknown": Kind(404, marked("No member of the firm has that address")),
    "method_not_allowed": Kind(405, marked("That method does nothing here")),
    "not_acceptable": Kind(406, marked("We answer with JSON only")),
    "company_exists": Kind(409, marked("The firm has a company with that number already")),
    "creation_in_progress": Kind(409, marked("The same creation is being made just now")),
    "no_mail": Kind(409, marked("There is no mail server; leave the address out")),
    "invitation_ended": Kind(409, marked("The invitation has ended")),
    "document_too_large": Kind(409, marked("The document is larger than we pass on")),
    "too_far_to_look": Kind(409, marked("The voucher was not found in time; name its series too")),
    "disconnected": Kind(409, marked("The company has no connection")),
    "too_large": Kind(413, marked("What was sent is too large")),
    "unsupported_media_type": Kind(415, marked("Send JSON, as application/json")),
    "range_unmet": Kind(416, marked("The file has no such part")),
    "invalid": Kind(422, marked("Something in the request is not right")),
    "creation_differs": Kind(409, marked("That Idempotency-Key came with another request")),
    "too_many_requests": Kind(429, marked("Too many requests; wait a while")),
    "internal": Kind(500, marked("Something went wrong on our side")),
    "unavailable": Kind(503, marked("We are away for a moment")),
}
OF_STATUS = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}


class ProblemError(Exception):
    """A request that cannot be done, to be answered with a problem of this cause."""

    def __init__(
        self,
        cause: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def kind_of(cause: str) -> Kind:
    """What is true of a cause; those of connections are the table of causes, in English."""
    if cause in KINDS:
        return KINDS[cause]
    page: Any = current_app.jinja_env.get_template(f"causes/en/{cause}.html").module
    facts = CAUSES[Cause(cause)]
    return Kind(503 if facts.retried or facts.alert else 409, str(page.heading()).strip())


def type_of(cause: str) -> str:
    """The address that names the cause, and where it is explained."""
    return f"{settings.public_url}/api/v1/#{anchor(cause)}"


def anchor(cause: str) -> str:
    """Where on the page a cause is explained."""
    return f"problem-{cause}"


def answer(error: ProblemError) -> Response:
    """The problem as it is sent."""
    kind = kind_of(error.cause)
    body: dict[str, Any] = {
        "type": type_of(error.cause),
        "title": kind.title,
        "status": kind.status,
        "cause": error.cause,
    }
    if error.detail:
        body["detail"] = error.detail
    if error.errors:
        body["errors"] = [dict(each) for each in error.errors]
    response = Response(
        current_app.json.dumps(body), kind.status, dict(error.headers), content_type=MIME
    )
    if kind.status in {429, 503}:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def of_status(status: int, headers: Mapping[str, str]) -> Response:
    """The problem for an error that HTTP has a number for."""
    nearest = status if status in OF_STATUS else 400 if status < 500 else 500
    return answer(ProblemError(OF_STATUS[nearest], headers=headers))


def is_for_platform() -> bool:
    """Whether what was asked for is the API's, so that its errors are problems and no pages."""
    return request.path.startswith(ROOT)
