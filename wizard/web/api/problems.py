"""Problem responses (RFC 9457): the table of problem types, and the response made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, request

from wizard.causes import facts_of
from wizard.extensions import settings
from wizard.web.api.vocabulary import marked

MIME = "application/problem+json"
ROOT = "/api/"
RETRY_SECONDS = 30


@dataclass(frozen=True)
class Kind:
    """A problem type: its HTTP status and its title."""

    status: int
    title: str


KINDS = {
    "malformed": Kind(400, marked("The request could not be read")),
    "cursor_unknown": Kind(404, marked("The value of after is not known")),
    "unauthenticated": Kind(401, marked("A valid API key is required")),
    "key_expired": Kind(401, marked("The API key has expired; ask for a new one")),
    "key_scope_missing": Kind(403, marked("The API key may not be used for this")),
    "not_found": Kind(404, marked("The resource does not exist")),
    "member_unknown": Kind(404, marked("No active member of the firm has that address")),
    "method_not_allowed": Kind(405, marked("The resource does not support that method")),
    "not_acceptable": Kind(406, marked("The response is available as JSON only")),
    "company_exists": Kind(409, marked("The firm already has a company with that number")),
    "creation_in_progress": Kind(
        409, marked("Another request with that Idempotency-Key is being processed")
    ),
    "no_mail": Kind(409, marked("No mail can be sent from here; leave out the address")),
    "invitation_ended": Kind(409, marked("The invitation has ended")),
    "document_too_large": Kind(409, marked("The document is larger than 20 MB")),
    "too_far_to_look": Kind(
        409, marked("The search for the voucher took too long; state its series too")
    ),
    "disconnected": Kind(409, marked("The company has no connection")),
    "too_large": Kind(413, marked("The request body is too large")),
    "unsupported_media_type": Kind(
        415, marked("The request body must be JSON, sent as application/json")
    ),
    "range_unmet": Kind(416, marked("The file does not have the requested range")),
    "invalid": Kind(422, marked("The request is not valid")),
    "creation_differs": Kind(
        409, marked("That Idempotency-Key has been used with another request")
    ),
    "too_many_requests": Kind(429, marked("Too many requests; wait before the next one")),
    "internal": Kind(500, marked("An internal error occurred")),
    "unavailable": Kind(503, marked("The service is temporarily unavailable")),
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
    """A request that cannot be fulfilled; it is answered with a problem of this cause."""

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
    """The problem type of a cause; causes of connections take their English title from their page."""
    if cause in KINDS:
        return KINDS[cause]
    page: Any = current_app.jinja_env.get_template(f"causes/en/{cause}.html").module
    facts = facts_of(cause)
    return Kind(503 if facts.retried or facts.alert else 409, str(page.heading()).strip())


def type_of(cause: str) -> str:
    """The problem type's URI, which leads to its explanation."""
    return f"{settings.public_url}/api/v1/#{anchor(cause)}"


def anchor(cause: str) -> str:
    """The HTML id of the cause's explanation on the reference page."""
    return f"problem-{cause}"


def answer(error: ProblemError) -> Response:
    """The response for a problem, as application/problem+json."""
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
    if kind.status >= 500:
        body["reference"] = g.request_id
    response = Response(
        current_app.json.dumps(body), kind.status, dict(error.headers), content_type=MIME
    )
    if kind.status in {429, 503}:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def of_status(status: int, headers: Mapping[str, str]) -> Response:
    """The problem response for an HTTP status code without a cause of its own."""
    nearest = status if status in OF_STATUS else 400 if status < 500 else 500
    return answer(ProblemError(OF_STATUS[nearest], headers=headers))


def is_for_platform() -> bool:
    """True if the request is for the API, whose errors are problem responses and not pages."""
    return request.path.startswith(ROOT)
