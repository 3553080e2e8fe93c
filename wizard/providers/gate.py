"""What every call to a provider passes on its way: the pace that it allows all our processes together."""

import re
import time
from contextlib import AbstractContextManager, nullcontext
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

from requests import Response

from wizard.causes import Cause
from wizard.providers.base import ProviderError

CLOSED_SECONDS, LONGEST_CLOSED = 60.0, 300.0
TOLD = re.compile(rb"again in (\d{1,6}) second")


class BudgetSpentError(ProviderError):
    """We have asked as often as we may just now: nothing is wrong with the provider or the grant."""

    def __init__(self, code: str = "budget") -> None:
        super().__init__(Cause.PROVIDER_UNAVAILABLE, transient=True, code=code)


class TooManyRequestsError(BudgetSpentError):
    """The provider itself has said so: its endpoint is closed for a while."""

    def __init__(self) -> None:
        super().__init__("429")


class Gate(Protocol):
    """Counts calls by endpoint, a word such as "vouchers"."""

    def call(self, endpoint: str, seconds: float) -> AbstractContextManager[None]:
        """Hold it during one call; waits for some of these seconds, then BudgetSpentError."""

    def close(self, endpoint: str, seconds: float) -> None:
        """Let nobody through for so long: the provider has said that we ask too often."""


class OpenGate:
    """Lets everybody through, for who has no database to count in."""

    def call(self, endpoint: str, seconds: float) -> AbstractContextManager[None]:  # noqa: ARG002
        """Nothing to wait for."""
        return nullcontext()

    def close(self, endpoint: str, seconds: float) -> None:
        """Nothing to close."""


def endpoint_of(url: str) -> str:
    """What an address counts as: the word after the version, as in /v2/vouchers/… and /connect/token.

    An endpoint's addresses are counted together, which is right or too strict however the provider
    counts them.
    """
    words = [word for word in urlsplit(url).path.split("/") if word]
    return words[min(1, len(words) - 1)] if words else ""


def closed_seconds(answer: Response) -> float:
    """How long the answer 429 asks us to wait: by its header, by its words, else a minute."""
    told = TOLD.search(answer.content)
    header = answer.headers.get("Retry-After", "")
    in_words = float(told[1]) if told else CLOSED_SECONDS
    asked = float(header) if header.isdecimal() else _until(header) or in_words
    return max(1.0, min(asked, LONGEST_CLOSED))


def _until(header: str) -> float | None:
    """The seconds until the day and time that a header may hold; None when there are none."""
    try:
        left = parsedate_to_datetime(header).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return left if left > 0 else None
