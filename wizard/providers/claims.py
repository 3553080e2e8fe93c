"""What an access token that is a JWT says of itself: unchecked, so a hint and never a proof."""

import base64
import json


def claim(token: str, name: str) -> str:
    """A claim as text; empty when the token is no JWT, or says nothing of it."""
    parts = token.split(".")
    if len(parts) != 3:
        return ""
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return ""
    said = found.get(name) if isinstance(found, dict) else None
    return said if isinstance(said, str) else ""
