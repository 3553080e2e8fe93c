"""Parsing of token responses by RFC 6749, tolerant of servers' deviations.

New tokens are never lost because another field of the response is malformed.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from requests import Response

from wizard.causes import Cause
from wizard.providers.base import GrantEndedError, ProviderError, Tokens
from wizard.providers.visma_answers import text, unreadable

PASSING = {"temporarily_unavailable", "server_error", "slow_down"}
USUAL_SECONDS, LONGEST_SECONDS = 3600, 86400
TOO_MANY_REQUESTS = 429


def read_tokens(answer: Response, asked: datetime) -> Tokens:
    """The tokens, valid from the time ``asked`` of the request; raises ProviderError without tokens."""
    body = _object(answer) or {}
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if not answer.ok or body.get("error") or not _is_token(access):
        raise refusal(answer) or unreadable()
    return Tokens(
        access_token=str(access),
        refresh_token=str(refresh) if _is_token(refresh) else None,
        expires_at=asked + timedelta(seconds=_seconds(body.get("expires_in"))),
    )


def refusal(answer: Response) -> ProviderError | None:
    """The ProviderError for the response's ``error`` code, or for a non-JSON response; None without either.

    invalid_grant means the same with every status except 5xx and 429, with which a server has not
    judged the grant.
    """
    if answer.status_code >= 500 or answer.status_code == TOO_MANY_REQUESTS:
        return ProviderError(
            Cause.PROVIDER_UNAVAILABLE, transient=True, code=str(answer.status_code)
        )
    body = _object(answer)
    if body is None:
        return unreadable()  # an HTML page from an intermediary
    word = body.get("error")
    return _error_of_code(word) if isinstance(word, str) and word else None


def _error_of_code(word: str) -> ProviderError:
    if word == "invalid_grant":
        # The cause of a code. For a refresh token connection_status.lose_grant has another.
        return GrantEndedError(Cause.STALE_CODE, code=word)
    if word in PASSING:
        return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=word)
    return ProviderError(Cause.OUR_CONFIGURATION, code=text(word, 32))


def _object(answer: Response) -> dict[str, Any] | None:
    """The JSON object, whatever its encoding and the length of its numbers, so that no tokens are lost."""
    try:
        said = answer.content.decode(json.detect_encoding(answer.content), "replace")
        found = json.loads(said, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_token(value: object) -> bool:
    """True if the value is a token by RFC 6749, appendix A: non-empty printable ASCII."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def _seconds(value: object) -> int:
    """Seconds as an integer, also from text; 3600 if malformed."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return USUAL_SECONDS
    return min(value, LONGEST_SECONDS)
