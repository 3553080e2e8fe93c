"""Sessions of staff: how long one lasts, where it is used, and how its owner ends it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from wizard.models import AuditAction, StaffSession, User, now
from wizard.services.accounts import half_sign_ins
from wizard.services.accounts.devices import device_of
from wizard.services.audit.trail import about_user, record
from wizard.services.crypto.digests import digest, new_secret

USED_EVERY = timedelta(minutes=1)
# An ended row is kept this long, since a form that comes late from its browser is its owner's.
REMEMBERED = timedelta(days=1)
# How long an identity provider's word that she is there holds; a session without one (None) needs none.
VOUCHED = timedelta(hours=1)


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: without being used, and in all."""

    idle: timedelta = timedelta(hours=1)
    whole: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class Place:
    """A browser in which somebody is signed in."""

    public_id: str
    device: str | None
    way: str
    since: datetime
    used_at: datetime
    is_here: bool


DEFAULT = Limits()


def find(session: Session, token: str, limits: Limits = DEFAULT) -> StaffSession | None:
    """The living session with this secret, with its user and her firm, in one statement; else None."""
    return session.scalar(
        select(StaffSession)
        .join(StaffSession.user)
        .where(StaffSession.token_hash == digest(token), *living(limits), User.active)
        .options(contains_eager(StaffSession.user).joinedload(User.firm))
    )


def note_use(session: Session, found: StaffSession) -> None:
    """Note that the session and its user are here, at most once a minute. Commits."""
    moment = now()
    if moment - found.last_used_at < USED_EVERY:
        return
    early = moment - USED_EVERY
    used = update(StaffSession).where(
        StaffSession.id == found.id, StaffSession.last_used_at <= early
    )
    session.execute(used.values(last_used_at=moment))
    session.execute(update(User).where(User.id == found.user_id).values(last_seen_at=moment))
    session.commit()


def name_device(session: Session, token: str, user_agent: str) -> None:
    """Keep the browser and system that a new session's User-Agent names. Commits."""
    here = update(StaffSession).where(StaffSession.token_hash == digest(token))
    session.execute(here.values(device=device_of(user_agent)))
    session.commit()


def places(session: Session, user: User, token: str, limits: Limits = DEFAULT) -> list[Place]:
    """Where the user is signed in: this browser first, then the one that was used last."""
    here = digest(token)
    rows = session.scalars(
        select(StaffSession)
        .where(StaffSession.user_id == user.id, *living(limits))
        .order_by((StaffSession.token_hash == here).desc(), StaffSession.last_used_at.desc())
    )
    return [
        Place(
            public_id=row.public_id,
            device=row.device,
            way=row.way.value,
            since=row.created_at,
            used_at=row.last_used_at,
            is_here=row.token_hash == here,
        )
        for row in rows
    ]


def end_one(session: Session, user: User, public_id: str) -> bool:
    """End one session of the user; False if she has none with this id. Commits."""
    mine = (StaffSession.user_id == user.id, StaffSession.public_id == public_id)
    if session.scalar(select(StaffSession.id).where(*mine)) is None:
        return False
    if end(session, *mine):
        record(session, AuditAction.SESSIONS_ENDED, about_user(user))
    session.commit()
    return True


def end_others(session: Session, user: User, token: str) -> int:
    """End every session of the user but the one with this secret; returns their number. Commits."""
    others = StaffSession.token_hash != digest(token)
    number = end(session, StaffSession.user_id == user.id, others)
    if number:
        record(session, AuditAction.SESSIONS_ENDED, about_user(user))
    session.commit()
    return number


def end(session: Session, *which: ColumnElement[bool]) -> int:
    """End these sessions; returns the number of those that were not ended. The caller commits.

    What stands at half among them ends too: it would be a session as soon as the code is written.
    """
    half_sign_ins.end(session, *which)
    ended = session.execute(
        update(StaffSession)
        .where(*which, StaffSession.ended_at.is_(None))
        .values(ended_at=now())
        .returning(StaffSession.id)
    )
    return len(ended.all())


def renew(session: Session, token: str) -> str:
    """Give the session with this secret another; the one before opens nothing. The caller commits."""
    new = new_secret()
    here = update(StaffSession).where(StaffSession.token_hash == digest(token))
    session.execute(here.values(token_hash=digest(new)))
    return new


def whose(session: Session, token: str) -> int | None:
    """The id of the user whose session had this secret, also when it has ended; None if it is forgotten."""
    return session.scalar(
        select(StaffSession.user_id).where(StaffSession.token_hash == digest(token))
    )


def forget_old(session: Session, limits: Limits = DEFAULT) -> int:
    """Delete sessions that were too old to be used a day ago; returns their number. Commits."""
    old = StaffSession.created_at <= now() - limits.whole - REMEMBERED
    deleted = session.scalars(delete(StaffSession).where(old).returning(StaffSession.id)).all()
    session.commit()
    return len(deleted)


def living(limits: Limits) -> tuple[ColumnElement[bool], ...]:
    """What holds of a session that signs its owner in: not ended, within all limits of time."""
    moment = now()
    return (
        StaffSession.ended_at.is_(None),
        StaffSession.created_at > moment - limits.whole,
        StaffSession.last_used_at > moment - limits.idle,
        or_(StaffSession.looked_up_at.is_(None), StaffSession.looked_up_at > moment - VOUCHED),
    )
