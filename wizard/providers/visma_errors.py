"""Visma's answers that are errors, turned into ours."""

import json
from collections.abc import Callable
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from wizard.causes import Cause
from wizard.providers.base import ProviderError, TokenRefusedError
from wizard.providers.visma_answers import text, unreadable, whole

ERROR_CAUSES = {
    4002: Cause.MODULE_MISSING,
    4003: Cause.STARTUP_GUIDE,
    4004: Cause.COMPANY_INACTIVE,
    4006: Cause.SCOPE_MISSING,
    4007: Cause.PERMISSION_MISSING,
    4009: Cause.NO_BOOKKEEPING,
    4011: Cause.USER_NOT_IN_COMPANY,
    4012: Cause.LICENCE_NOT_ACCEPTED,
    4034: Cause.OUR_CONFIGURATION,
}
NOT_AUTHORIZED = 4005
PASSING = {4010, 5000, 5001, 5002}
PASSING_STATUSES = {408, 429}
OURS = {400, 401}  # of the statuses that come without an ErrorCode
MOST_DIGITS = 9


def answered(call: Callable[[], Any]) -> Any:
    """What the call returns; raises ProviderError if no answer comes."""
    try:
        return call()
    except (requests.RequestException, HTTPError, OSError):
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="timeout") from None


def json_of(answer: requests.Response) -> dict[str, Any]:
    """The object in an answer; raises ProviderError if there is none."""
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(found, dict):
        raise unreadable()
    return found


def api_error(answer: requests.Response) -> ProviderError:
    """The ProviderError for an error response: by Visma's ErrorCode, else by HTTP status.

    A response that is not an error but not data either (such as a redirect) is unreadable. A refusal
    without an ErrorCode is not Visma's: a proxy or a firewall has answered, and another try can help.
    """
    if answer.status_code < 400:
        return unreadable()
    try:
        body = json_of(answer)
    except ProviderError:
        body = {}
    code = _error_code(body.get("ErrorCode"))
    said, error_id = str(code or answer.status_code), text(body.get("ErrorId"), 64)
    if code in ERROR_CAUSES:
        return ProviderError(ERROR_CAUSES[code], code=said, error_id=error_id)
    foreign = not code and answer.status_code not in OURS
    passing = answer.status_code >= 500 or answer.status_code in PASSING_STATUSES
    if foreign or passing or code in PASSING:
        return ProviderError(
            Cause.PROVIDER_UNAVAILABLE, transient=True, code=said, error_id=error_id
        )
    if code == NOT_AUTHORIZED or answer.status_code == 401:
        return TokenRefusedError(Cause.OUR_CONFIGURATION, code=said, error_id=error_id)
    return ProviderError(Cause.OUR_CONFIGURATION, code=said, error_id=error_id)


def _error_code(value: object) -> int:
    """The ErrorCode as a number, also from text; 0 if there is none that can be read."""
    if isinstance(value, str):
        value = value.strip()
        readable = value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS
        return int(value) if readable else 0
    return whole(value)
