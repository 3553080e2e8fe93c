"""From the platform to our pages, signed in: an address that works once, for a minute, for one member."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, contains_eager

from wizard.models import ApiKey, Company, Handover, Role, User, now
from wizard.services.secrets import digest, new_secret
from wizard.services.staff import SignIn, begin_session

ADDRESS_LIVES = timedelta(seconds=60)
PRESS_WITHIN = timedelta(minutes=10)  # of opening the address, in the browser that opened it
KEPT = timedelta(days=30)
SWEEP = 10_000

log = structlog.get_logger()


class MemberUnknownError(LookupError):
    """No active member of the key's firm has this address; why not is nobody's business."""


class HandoverEndedError(Exception):
    """It has been used, has had its time, or its key or member may no longer."""


@dataclass(frozen=True)
class Offer:
    """A hand-over just asked for: the only moment its secret exists outside the member's browser."""

    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Arrival:
    """A member signed in, and the company she came for."""

    sign_in: SignIn
    company: Company


def find_member(session: Session, key: ApiKey, email: str) -> User:
    """The active member of the key's firm with this address, in lower case; MemberUnknownError."""
    member = session.scalar(
        select(User).where(
            User.email == email, User.active, User.role == Role.MEMBER, User.firm_id == key.firm_id
        )
    )
    if member is None:
        raise MemberUnknownError
    return member


def offer(session: Session, key: ApiKey, member: User, company: Company) -> Offer:
    """An address for a member of the key's firm, to a company of the firm. Commits."""
    secret = new_secret()
    handover = Handover(
        secret_hash=digest(secret), api_key_id=key.id, user_id=member.id, company_id=company.id
    )
    session.add(handover)
    session.commit()
    return Offer(secret, handover.created_at + ADDRESS_LIVES)


def arrive(session: Session, secret: str) -> Handover | None:
    """The hand-over of an address that still works; nothing is written, since mail scanners open addresses."""
    return session.scalar(
        _living(ADDRESS_LIVES).where(Handover.secret_hash == digest(secret)).limit(1)
    )


def find(session: Session, public_id: str) -> Handover | None:
    """A hand-over whose button may still be pressed, by a browser that has opened it in time."""
    return session.scalar(_pressable(public_id))


def take(session: Session, public_id: str) -> Arrival:
    """Sign the member in: the first press of a browser that opened it in time. Commits.

    HandoverEndedError for every other press, also of those that come in the same moment.
    """
    handover = session.scalar(_pressable(public_id).with_for_update(of=Handover))
    if handover is None:
        session.rollback()
        raise HandoverEndedError
    handover.used_at = now()
    begun = begin_session(session, handover.user)
    session.commit()
    log.info(
        "signed_in_by_handover",
        handover=handover.public_id,
        user=handover.user_id,
        api_key=handover.api_key_id,
    )
    return Arrival(begun, handover.company)


def was_taken_by(session: Session, public_id: str, member: User) -> bool:
    """Whether a hand-over signed this member in."""
    taken = select(Handover.id).where(
        Handover.public_id == public_id,
        Handover.user_id == member.id,
        Handover.used_at.is_not(None),
    )
    return session.scalar(taken) is not None


def forget_old(session: Session) -> int:
    """Delete those a month old; how many, some at a time. Commits."""
    some = select(Handover.id).where(Handover.created_at < now() - KEPT).limit(SWEEP)
    deleted = session.scalars(
        delete(Handover).where(Handover.id.in_(some)).returning(Handover.id)
    ).all()
    session.commit()
    return len(deleted)


def _pressable(public_id: str) -> Select[Handover]:
    return _living(ADDRESS_LIVES + PRESS_WITHIN).where(Handover.public_id == public_id)


def _living(age: timedelta) -> Select[Handover]:
    """Hand-overs younger than this, unused, whose key, member and company still belong together."""
    return (
        select(Handover)
        .join(Handover.api_key)
        .join(Handover.user)
        .join(Handover.company)
        .where(
            Handover.used_at.is_(None),
            Handover.created_at > now() - age,
            ApiKey.revoked_at.is_(None),
            User.active,
            User.role == Role.MEMBER,
            User.firm_id == ApiKey.firm_id,
            Company.firm_id == ApiKey.firm_id,
        )
        .options(
            contains_eager(Handover.user).joinedload(User.firm),
            contains_eager(Handover.company),
        )
        .execution_options(populate_existing=True)
    )
