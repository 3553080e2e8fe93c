"""How often something may be tried: counters in the shared database, the same for all processes."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import RateCount, now
from wizard.services.secrets import digest

LONGEST_WINDOW = timedelta(days=1)
SWEEP = 10_000


@dataclass(frozen=True)
class RateLimit:
    """Whether this try is within the limit, in how many seconds the next window begins, and how many are left."""

    allowed: bool
    retry_after: int
    left: int = 0


def hit(session: Session, name: str, subject: str, limit: int, window: timedelta) -> RateLimit:
    """Count one try of ``name`` by ``subject``, of which a window of at most a day allows ``limit``.

    One atomic statement, so that tries at once are all counted. Commits, whatever becomes of the try.
    """
    began = _window_start(window)
    count = session.scalar(
        insert(RateCount)
        .values(subject_hash=_hash(name, subject), window_start=began, count=1)
        .on_conflict_do_update(
            index_elements=["subject_hash", "window_start"], set_={"count": RateCount.count + 1}
        )
        .returning(RateCount.count)
    )
    session.commit()
    remaining = int((began + window - now()).total_seconds())
    left = limit - (count or 0)
    return RateLimit(allowed=left >= 0, retry_after=max(1, remaining + 1), left=max(0, left))


def take_back(session: Session, name: str, subject: str, window: timedelta) -> None:
    """Uncount one try that turned out well, for limits on failures. The caller commits."""
    session.execute(
        update(RateCount)
        .where(
            RateCount.subject_hash == _hash(name, subject),
            RateCount.window_start == _window_start(window),
            RateCount.count > 0,
        )
        .values(count=RateCount.count - 1)
    )


def forget_old(session: Session) -> int:
    """Delete counters whose window is over; how many, some at a time. Commits."""
    old = RateCount.window_start < now() - LONGEST_WINDOW
    some = select(RateCount.id).where(old).limit(SWEEP)
    deleted = session.scalars(
        delete(RateCount).where(RateCount.id.in_(some)).returning(RateCount.id)
    ).all()
    session.commit()
    return len(deleted)


def network(address: str | None) -> str:
    """Whom an address stands for: one IPv4 address, or the IPv6 network that a household is given."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def _window_start(window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now().timestamp()) // seconds * seconds, UTC)


def _hash(name: str, subject: str) -> bytes:
    return digest(f"{name}\n{subject}")
