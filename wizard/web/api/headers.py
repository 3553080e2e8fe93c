"""Descriptions of the API's response headers."""

from typing import Any


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": schema}


ALWAYS = {
    "X-Request-Id": _header(
        "The request’s id; state it when you contact us", type="string", pattern="^[0-9a-f]{16}$"
    ),
    "Cache-Control": _header("Responses must not be stored", type="string", const="no-store"),
}
RATES = {
    "RateLimit-Policy": _header(
        "The rate limit: q requests per window of w seconds",
        type="string",
        pattern='^"key";q=[0-9]+;w=[0-9]+$',
    ),
    "RateLimit": _header(
        "r requests are left in this window; the next begins in t seconds",
        type="string",
        pattern='^"key";r=[0-9]+;t=[0-9]+$',
    ),
}
MAYBE_RATES = {name: {**header, "required": False} for name, header in RATES.items()}
CHALLENGE = {
    "WWW-Authenticate": _header(
        "The authentication scheme that is required", type="string", pattern="^Bearer"
    )
}
RETRY = {"Retry-After": _header("Seconds to wait", type="integer", minimum=1)}
LOCATION = {
    "Location": _header(
        "The address of the created resource", type="string", format="uri-reference"
    )
}
PART = {
    "Content-Range": _header(
        "The byte range in this response, and the size of the whole file",
        type="string",
        pattern="^bytes ",
    )
}
