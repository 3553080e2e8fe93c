"""Public pages: what is nobody's in particular may be kept by caches, found, and sent compressed."""

from flask import Response, current_app, request, session

PUBLIC_BLUEPRINTS = {"about", "help", "reference"}
KEPT_SECONDS = 300


def is_public() -> bool:
    """Whether the page asked for is one of those that anybody may read."""
    return request.blueprint in PUBLIC_BLUEPRINTS


def is_shared(response: Response) -> bool:
    """Whether this answer is the same for everybody: public, and asked for without a session."""
    known = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return is_public() and not (known or session.modified or "Set-Cookie" in response.headers)


def cache_control(response: Response) -> str:
    """How long a public page may be kept, and by whom."""
    return f"public, max-age={KEPT_SECONDS}" if is_shared(response) else "private, no-cache"
