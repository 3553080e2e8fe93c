"""The headers of the API's answers, as they are described."""

from typing import Any


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": schema}


ALWAYS = {
    "X-Request-Id": _header("Mention it when you ask us", type="string", pattern="^[0-9a-f]{16}$"),
    "Cache-Control": _header("Nothing may be kept", type="string", const="no-store"),
}
RATES = {
    "RateLimit-Policy": _header(
        "How many requests a window of how many seconds allows",
        type="string",
        pattern='^"key";q=[0-9]+;w=[0-9]+$',
    ),
    "RateLimit": _header(
        "How many are left, and in how many seconds the next window begins",
        type="string",
        pattern='^"key";r=[0-9]+;t=[0-9]+$',
    ),
}
MAYBE_RATES = {name: {**header, "required": False} for name, header in RATES.items()}
CHALLENGE = {"WWW-Authenticate": _header("What is asked for", type="string", pattern="^Bearer")}
RETRY = {"Retry-After": _header("Seconds to wait", type="integer", minimum=1)}
LOCATION = {"Location": _header("Where it is read", type="string", format="uri-reference")}
PART = {"Content-Range": _header("Which bytes of how many", type="string", pattern="^bytes ")}
