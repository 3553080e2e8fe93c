"""What a token endpoint answers, by RFC 6749 and as its readers have varied it.

New tokens are never let go of for something else in the answer that makes no sense.
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
    """The tokens, whose life is counted from when they were ``asked`` for; ProviderError if there are none."""
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
    """What was told by the answer's error word, or that nothing was; None for an object without a word.

    invalid_grant has one meaning, whatever the status that comes with it; but a server that is in
    trouble (5xx, 429) has judged nothing.
    """
    if answer.status_code >= 500 or answer.status_code == TOO_MANY_REQUESTS:
        return ProviderError(
            Cause.PROVIDER_UNAVAILABLE, transient=True, code=str(answer.status_code)
        )
    body = _object(answer)
    if body is None:
        return unreadable()  # a page of somebody's in between
    word = body.get("error")
    return _told(word) if isinstance(word, str) and word else None


def _told(word: str) -> ProviderError:
    if word == "invalid_grant":
        return GrantEndedError(Cause.STALE_CODE, code=word)
    if word in PASSING:
        return ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=word)
    return ProviderError(Cause.OUR_CONFIGURATION, code=text(word, 32))


def _object(answer: Response) -> dict[str, Any] | None:
    """What was answered, whatever its letters and however long its numbers: they spoil no tokens."""
    try:
        said = answer.content.decode(json.detect_encoding(answer.content), "replace")
        found = json.loads(said, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_token(value: object) -> bool:
    """Whether it is what RFC 6749 lets a token be: printable ASCII, and something."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def _seconds(value: object) -> int:
    """Whole seconds, also when they are told as text; what makes no sense is the usual hour."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return USUAL_SECONDS
    return min(value, LONGEST_SECONDS)
