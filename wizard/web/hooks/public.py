"""Public pages, which may be cached, indexed by search engines, and compressed."""

from flask import Response, current_app, request, session

PUBLIC_BLUEPRINTS = {"about", "help", "reference"}
KEPT_SECONDS = 300


def is_public() -> bool:
    """True if the requested page is public."""
    return request.blueprint in PUBLIC_BLUEPRINTS


def is_shared(response: Response) -> bool:
    """True if the response is the same for everybody: a public page requested without a session."""
    known = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return is_public() and not (known or session.modified or "Set-Cookie" in response.headers)


def cache_control(response: Response) -> str:
    """The Cache-Control value of a public page."""
    return f"public, max-age={KEPT_SECONDS}" if is_shared(response) else "private, no-cache"
