"""Hand-overs: an address from the platform that signs one member in, once, within a minute."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session, contains_eager

from wizard.models import (
    Actor,
    ApiKey,
    AuditAction,
    AuditEntry,
    Company,
    Event,
    EventKind,
    Handover,
    Role,
    SignInWay,
    User,
    now,
)
from wizard.services.accounts.staff import SignIn, begin_session
from wizard.services.audit.trail import about_user, record
from wizard.services.crypto.digests import digest, new_secret, secret_in

ADDRESS_LIVES = timedelta(seconds=60)
PRESS_WITHIN = timedelta(minutes=10)  # after the address was opened, in the same browser
KEPT = timedelta(days=30)
SWEEP = 10_000
SHOWN = 10

log = structlog.get_logger()


class MemberUnknownError(LookupError):
    """No active member of the key's firm has this address; the reason is not disclosed."""


class HandoverEndedError(Exception):
    """The hand-over is used or expired, or its key is revoked or expired, or its member inactive."""


@dataclass(frozen=True)
class Offer:
    """A new hand-over with its secret, which is stored as a hash only and returned once."""

    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class PlatformSignIn:
    """A sign-in from the platform: when, with the key of which name, to which company; unknown of old ones."""

    at: datetime
    key: str | None
    company: str | None


@dataclass(frozen=True)
class Arrival:
    """The session of a member who was signed in, and the company to show."""

    sign_in: SignIn
    company: Company


def find_member(session: Session, key: ApiKey, email: str) -> User:
    """The active member of the key's firm with this address (lower case). Raises MemberUnknownError."""
    member = session.scalar(
        select(User).where(
            User.email == email, User.active, User.role == Role.MEMBER, User.firm_id == key.firm_id
        )
    )
    if member is None:
        raise MemberUnknownError
    return member


def offer(session: Session, key: ApiKey, member: User, company: Company) -> Offer:
    """Create a hand-over for a member to a company, both of the key's firm. Commits."""
    secret = new_secret()
    handover = Handover(
        secret_hash=digest(secret), api_key_id=key.id, user_id=member.id, company_id=company.id
    )
    session.add(handover)
    after = {"purpose": "handover", "company": company.name}
    record(session, AuditAction.LINK_SHOWN, about_user(member), after=after)
    session.commit()
    return Offer(secret, handover.created_at + ADDRESS_LIVES)


def arrive(session: Session, secret: str) -> Handover | None:
    """The hand-over of a valid secret, else None. Writes nothing, since scanners open links."""
    return session.scalar(
        _living(ADDRESS_LIVES).where(Handover.secret_hash == digest(secret_in(secret))).limit(1)
    )


def find(session: Session, public_id: str) -> Handover | None:
    """A hand-over that a browser which opened it in time can still confirm; else None."""
    return session.scalar(_pressable(public_id))


def take(session: Session, public_id: str) -> Arrival:
    """Confirm a hand-over that the browser opened in time, and sign the member in. Commits.

    Raises HandoverEndedError for every confirmation but the first, also for concurrent ones.
    """
    handover = session.scalar(_pressable(public_id).with_for_update(of=Handover))
    if handover is None:
        session.rollback()
        raise HandoverEndedError
    handover.used_at = now()
    told = {"key": handover.api_key.name, "company": handover.company.name}
    begun = begin_session(session, handover.user, SignInWay.HANDOVER, told=told)
    session.add(
        Event(
            kind=EventKind.MEMBER_HANDED_IN,
            actor=Actor.STAFF,
            user_id=handover.user_id,
            api_key_id=handover.api_key_id,
            company_id=handover.company_id,
        )
    )
    session.commit()
    log.info(
        "signed_in_by_handover",
        handover=handover.public_id,
        user=handover.user_id,
        api_key=handover.api_key_id,
    )
    return Arrival(begun, handover.company)


def was_taken_by(session: Session, public_id: str, member: User) -> bool:
    """True if the hand-over signed this member in."""
    taken = select(Handover.id).where(
        Handover.public_id == public_id,
        Handover.user_id == member.id,
        Handover.used_at.is_not(None),
    )
    return session.scalar(taken) is not None


def sign_ins(session: Session, member: User) -> list[PlatformSignIn]:
    """The newest hand-overs that signed the member in, newest first, as the audit trail tells of them."""
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.user_id == member.id,
            AuditEntry.action == AuditAction.SIGNED_IN,
            AuditEntry.after["way"].astext == SignInWay.HANDOVER.value,
        )
        .order_by(AuditEntry.id.desc())
        .limit(SHOWN)
    )
    return [
        PlatformSignIn(entry.at, told.get("key"), told.get("company"))
        for entry in entries
        if (told := entry.after or {})
    ]


def forget_old(session: Session) -> int:
    """Delete a batch of hand-overs older than a month; returns their number. Commits."""
    some = select(Handover.id).where(Handover.created_at < now() - KEPT).limit(SWEEP)
    deleted = session.scalars(
        delete(Handover).where(Handover.id.in_(some)).returning(Handover.id)
    ).all()
    session.commit()
    return len(deleted)


def _pressable(public_id: str) -> Select[Handover]:
    return _living(ADDRESS_LIVES + PRESS_WITHIN).where(Handover.public_id == public_id)


def _living(age: timedelta) -> Select[Handover]:
    """Unused hand-overs younger than ``age`` whose key, member and company still belong together."""
    return (
        select(Handover)
        .join(Handover.api_key)
        .join(Handover.user)
        .join(Handover.company)
        .where(
            Handover.used_at.is_(None),
            Handover.created_at > now() - age,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now()),
            User.active,
            User.role == Role.MEMBER,
            User.firm_id == ApiKey.firm_id,
            Company.firm_id == ApiKey.firm_id,
        )
        .options(
            contains_eager(Handover.user).joinedload(User.firm),
            contains_eager(Handover.company),
            contains_eager(Handover.api_key),
        )
        .execution_options(populate_existing=True)
    )
