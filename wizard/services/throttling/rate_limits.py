"""Rate limits, by counters in the database that all processes share."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import RateCount, now
from wizard.services.crypto.digests import digest

LONGEST_WINDOW = timedelta(days=1)
SWEEP = 10_000


@dataclass(frozen=True)
class RateLimit:
    """The result of a try: allowed or not, seconds until the next window, and tries left."""

    allowed: bool
    retry_after: int
    left: int = 0


def hit(session: Session, name: str, subject: str, limit: int, window: timedelta) -> RateLimit:
    """Count a try of ``name`` by ``subject``; a window of at most a day allows ``limit`` tries.

    One atomic statement, so that concurrent tries are all counted. Commits, also if the try is refused.
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


def add(session: Session, name: str, subject: str, window: timedelta) -> None:
    """Count a try that is allowed anyhow. The caller commits."""
    made = insert(RateCount).values(
        subject_hash=_hash(name, subject), window_start=_window_start(window), count=1
    )
    session.execute(
        made.on_conflict_do_update(
            index_elements=["subject_hash", "window_start"], set_={"count": RateCount.count + 1}
        )
    )


def next_window(window: timedelta) -> datetime:
    """When the window after the present one begins."""
    return _window_start(window) + window


def left(session: Session, name: str, subject: str, limit: int, window: timedelta) -> int:
    """How many tries ``hit`` still allows in this window; counts nothing."""
    count = session.scalar(
        select(RateCount.count).where(
            RateCount.subject_hash == _hash(name, subject),
            RateCount.window_start == _window_start(window),
        )
    )
    return max(0, limit - (count or 0))


def take_back(session: Session, name: str, subject: str, window: timedelta) -> None:
    """Subtract a try that succeeded, for limits on failures. The caller commits."""
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
    """Delete a batch of counters whose window has ended; returns their number. Commits."""
    old = RateCount.window_start < now() - LONGEST_WINDOW
    some = select(RateCount.id).where(old).limit(SWEEP)
    deleted = session.scalars(
        delete(RateCount).where(RateCount.id.in_(some)).returning(RateCount.id)
    ).all()
    session.commit()
    return len(deleted)


def network(address: str | None) -> str:
    """The network to count an IP address by: the IPv4 address, or the IPv6 prefix of one customer."""
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
