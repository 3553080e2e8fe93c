"""How many letters people may send in a day: to one address, by one person, and for one firm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from wizard.services.throttling.rate_limits import RateLimit, add, hit, left, next_window

DAY = timedelta(days=1)
TO_ONE, BY_ONE = "letters_to_one", "letters_by_one"
CALM, PAUSE = 20, timedelta(seconds=20)  # of many letters so many in a turn: one a second


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


def full(session: Session, caps: Caps, sending: Sending) -> str | None:
    """The name of the first cap that has no room for this letter today; None if it may go. Counts nothing."""
    limits = _limits(caps, sending)
    return next(
        (name for name, who, most in limits if not left(session, name, who, most, DAY)), None
    )


def note(session: Session, caps: Caps, sending: Sending) -> None:
    """Count a letter that ``full`` has let through. The caller commits."""
    for name, subject, _most in _limits(caps, sending):
        add(session, name, subject, DAY)


def begin_anew() -> datetime:
    """When the next day of the caps begins."""
    return next_window(DAY)


def days_needed(caps: Caps, left_today: int, number: int, to_one: int) -> int:
    """Over how many days so many letters go, today among them, where one address gets ``to_one`` of them."""
    a_day = min(caps.by_one, caps.by_firm)
    later = max(0, number - left_today)
    by_number = (1 if left_today else 0) + -(-later // a_day) if number else 0
    return max(by_number, -(-to_one // caps.to_one))


def _limits(caps: Caps, sending: Sending) -> list[tuple[str, str, int]]:
    return [
        (BY_ONE, sending.sender, caps.by_one),
        ("letters_by_firm", str(sending.firm_id), caps.by_firm),
        (TO_ONE, sending.recipient.casefold(), caps.to_one),
    ]
