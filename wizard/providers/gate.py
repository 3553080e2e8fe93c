"""The gate that limits calls to a provider to the rate it allows, over all our processes."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from requests import PreparedRequest, Response

from wizard.causes import Cause
from wizard.net.retry_after import seconds_asked
from wizard.providers.base import ProviderError

CLOSED_SECONDS, LONGEST_CLOSED = 60.0, 300.0
TOLD = re.compile(rb"again in (\d{1,6}) second")
ALLOWED = re.compile(rb"admitted (\d{1,6}) per")
CALLERS = ("refresh_token", "code", "token")  # whose a form is that carries no access token
_company: ContextVar[str] = ContextVar("company", default="")
_foreseen: ContextVar["Foreseen | None"] = ContextVar("foreseen", default=None)
QUEUE = ("budget", "429")  # the codes of errors that a wait of seconds ends


class BudgetSpentError(ProviderError):
    """The call budget is used up for now; nothing is wrong with the provider or the grant.

    ``seconds`` says when a call is let through again, as far as is known.
    """

    def __init__(self, code: str = "budget", seconds: float = 0.0) -> None:
        super().__init__(Cause.PROVIDER_UNAVAILABLE, transient=True, code=code)
        self.seconds = seconds


class TooManyRequestsError(BudgetSpentError):
    """The provider answered 429; the endpoint is closed for a while, for one caller or for all."""

    def __init__(self, seconds: float = CLOSED_SECONDS) -> None:
        super().__init__("429", seconds)


@dataclass(frozen=True)
class Refused:
    """What an answer 429 says: the seconds to wait, and how many calls a minute it says are allowed."""

    seconds: float
    allowed: int | None = None


class Gate(Protocol):
    """Limits calls per endpoint; an endpoint is a name such as "vouchers".

    A caller is a company or a grant, by ``caller_of``; empty for calls of nobody in particular.
    """

    def call(self, endpoint: str, seconds: float, caller: str = "") -> AbstractContextManager[None]:
        """A context for one call; waits at most ``seconds`` to enter, else raises BudgetSpentError."""

    def close(self, endpoint: str, refused: Refused, caller: str = "") -> None:
        """Allow no calls for a while, after an answer 429: the caller's, or everybody's."""


class OpenGate:
    """A gate without limits, for use without a database."""

    def call(
        self,
        endpoint: str,  # noqa: ARG002
        seconds: float,  # noqa: ARG002
        caller: str = "",  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """Enter at once."""
        return nullcontext()

    def close(self, endpoint: str, refused: Refused, caller: str = "") -> None:
        """Do nothing."""


def endpoint_of(url: str) -> str:
    """The endpoint of a URL: the segment after the version, as in /v2/vouchers/… and /connect/token.

    All URLs of an endpoint share a limit, which is never too generous, whether the provider counts by
    URL or by endpoint.
    """
    words = [word for word in urlsplit(url).path.split("/") if word]
    return words[min(1, len(words) - 1)] if words else ""


@contextmanager
def on_behalf_of(company: str) -> Iterator[None]:
    """Count the calls inside, also in threads with a copy of this context, as one company's.

    Several grants of a company, as of one who tries again, are otherwise several callers.
    """
    told = _company.set(f"company:{company}")
    try:
        yield
    finally:
        _company.reset(told)


class Foreseen:
    """The calls that one piece of work will make: permits for all are taken with the first of them.

    ``endpoints`` names an endpoint once for each call. A permit is taken by one thread, and given up with
    ``forget`` when its endpoint closes.
    """

    def __init__(self, endpoints: Sequence[str]) -> None:
        self._lock = Lock()
        self._wanted = list(endpoints)
        self._held: list[tuple[str, int, float]] = []

    def all_with(self, endpoint: str) -> list[str]:
        """The endpoints to take permits of now, for the call at hand and all others; empty but the first time."""
        with self._lock:
            wanted, self._wanted = self._wanted, []
        if wanted and endpoint not in wanted:
            wanted.append(endpoint)
        return wanted

    def keep(self, held: list[tuple[str, int, float]]) -> None:
        """Keep permits for the calls to come: endpoint, permit's id and the time of asking for it."""
        with self._lock:
            self._held += held

    def take(self, endpoint: str, since: float) -> tuple[int, float] | None:
        """A permit of the endpoint that was asked for after ``since``, and when; None if there is none."""
        with self._lock:
            mine = [one for one in self._held if one[0] == endpoint and one[2] > since]
            if not mine:
                return None
            self._held.remove(mine[0])
            return mine[0][1:]

    def forget(self, endpoint: str) -> None:
        """The endpoint is closed: permits of it that are held let nothing through."""
        with self._lock:
            self._held = [one for one in self._held if one[0] != endpoint]


@contextmanager
def foreseeing(endpoints: Sequence[str]) -> Iterator[None]:
    """Take the permits of these calls, made inside, with the first of them and in one statement."""
    told = _foreseen.set(Foreseen(endpoints))
    try:
        yield
    finally:
        _foreseen.reset(told)


def foreseen() -> Foreseen | None:
    """The calls that are foreseen here, also in threads with a copy of this context."""
    return _foreseen.get()


def caller_of(request: PreparedRequest) -> str:
    """On whose behalf a call is made: a company, else a digest of the token, to tell companies apart."""
    if company := _company.get():
        return company
    kind, _, token = str(request.headers.get("Authorization", "")).partition(" ")
    if kind.casefold() != "bearer":
        form = parse_qs(request.body if isinstance(request.body, str) else "")
        token = next((form[name][0] for name in CALLERS if name in form), "")
    return hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""


def refused_by(answer: Response) -> Refused:
    """What an answer 429 says."""
    allowed = ALLOWED.search(answer.content)
    return Refused(closed_seconds(answer), int(allowed[1]) if allowed else None)


def closed_seconds(answer: Response) -> float:
    """Seconds that an answer 429 asks us to wait: by Retry-After, else by its text, else 60."""
    told = TOLD.search(answer.content)
    asked = seconds_asked(answer.headers.get("Retry-After", ""))
    if asked is None:
        asked = float(told[1]) if told else CLOSED_SECONDS
    return max(1.0, min(asked, LONGEST_CLOSED))
