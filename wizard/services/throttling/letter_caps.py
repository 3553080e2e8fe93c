"""How many letters people may send in a day: to one address, by one person, and for one firm."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from wizard.services.throttling.rate_limits import RateLimit, hit, left

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Caps:
    """The most letters of a day."""

    to_one: int
    by_one: int
    by_firm: int


@dataclass(frozen=True)
class Sending:
    """One letter that somebody asks for: to whom, by whom and for which firm; ``sender`` is any word for her."""

    recipient: str
    sender: str
    firm_id: int


def count(session: Session, caps: Caps, sending: Sending) -> RateLimit:
    """Count a letter; the first cap that it is over refuses it, and the next are not counted. Commits."""
    found = RateLimit(allowed=True, retry_after=0)
    for name, subject, most in _limits(caps, sending):
        found = hit(session, name, subject, most, DAY)
        if not found.allowed:
            break
    return found


def left_to_send(session: Session, caps: Caps, sender: str, firm_id: int) -> int:
    """How many letters she may still send today, whoever they are to. Two statements."""
    limits = _limits(caps, Sending("", sender, firm_id))[:2]
    return min(left(session, name, subject, most, DAY) for name, subject, most in limits)


def _limits(caps: Caps, sending: Sending) -> list[tuple[str, str, int]]:
    return [
        ("letters_by_one", sending.sender, caps.by_one),
        ("letters_by_firm", str(sending.firm_id), caps.by_firm),
        ("letters_to_one", sending.recipient.casefold(), caps.to_one),
    ]
