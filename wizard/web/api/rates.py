"""Rate limit per API key: counted across all web processes, reported in every response."""

from datetime import timedelta

from flask import Response, g

from wizard.extensions import database
from wizard.services.throttling.rate_limits import RateLimit, hit
from wizard.web.api.authentication import caller
from wizard.web.api.problems import ProblemError

REQUESTS = 600
WINDOW = timedelta(minutes=1)
SECONDS = int(WINDOW.total_seconds())


def count() -> None:
    """Count this request against the key's limit; raises 429 when the limit is reached."""
    found = hit(database.session, "api", caller().public_id, REQUESTS, WINDOW)
    g.api_rate = found
    if not found.allowed:
        raise ProblemError("too_many_requests", headers={"Retry-After": str(found.retry_after)})


def tell(response: Response) -> Response:
    """Add the headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)."""
    found: RateLimit | None = g.get("api_rate")
    if found:
        response.headers["RateLimit-Policy"] = f'"key";q={REQUESTS};w={SECONDS}'
        response.headers["RateLimit"] = f'"key";r={found.left};t={found.retry_after}'
    return response
