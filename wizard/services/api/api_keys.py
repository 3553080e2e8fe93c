"""API keys: create, find by secret, list, warn of their end and revoke."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session, joinedload

from wizard.models import ApiKey, AuditAction, Firm, LetterKind, Scope, User, now
from wizard.models.api import STOCKHOLM
from wizard.services import outbox
from wizard.services.accounts.firms import own_of
from wizard.services.audit.trail import About, record
from wizard.services.crypto.digests import digest, new_secret
from wizard.services.outbox import contact_of
from wizard.services.pages import Page, older_than, read_page
from wizard.services.values.own_words import fair_name

PREFIX = "kg_"  # lets people and secret scanners recognise a leaked key
SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
SHOWN = len(PREFIX) + 4
USED_EVERY = timedelta(minutes=1)


# Whoever signs people in is asked for by name.
UNLESS_SAID = frozenset(Scope) - {Scope.HANDOVER}
LONGEST = timedelta(days=5 * 365)
WARNED_BEFORE = timedelta(days=30)
SWEEP = 200


class LastDayInvalidError(ValueError):
    """The last day has passed, or lies more than five years ahead."""


class KeyUnknownError(LookupError):
    """No API key has this id."""


@dataclass(frozen=True)
class NewKey:
    """A new key with its secret, which is stored as a hash only and shown once."""

    key: ApiKey
    secret: str = field(repr=False)


def usual_last_day(today: date | None = None) -> date:
    """The last day of a key for which no other is chosen: a year from today, in Stockholm."""
    return (today or now().astimezone(STOCKHOLM).date()) + timedelta(days=365)


def end_of(last_day: date) -> datetime:
    """The moment when a key ends whose last day this is; raises LastDayInvalidError.

    The day lies between today and five years from now, in Stockholm.
    """
    today = now().astimezone(STOCKHOLM).date()
    if not today <= last_day <= today + LONGEST:
        raise LastDayInvalidError
    return datetime.combine(last_day + timedelta(days=1), time(), STOCKHOLM)


def create(
    session: Session,
    firm: Firm,
    name: str,
    staff: User | None,
    *,
    scopes: Collection[Scope] = UNLESS_SAID,
    last_day: date | None = None,
) -> NewKey:
    """Create a key for a firm, and tell its contact by mail. Commits.

    ``name`` says what uses it; without ``last_day`` it works for a year. Raises NameInvalidError,
    WordsUnfairError or LastDayInvalidError.
    """
    secret = PREFIX + new_secret()
    ends = end_of(last_day or usual_last_day())
    key = ApiKey(
        firm=firm,
        name=fair_name(name, own_of(firm)),
        beginning=secret[:SHOWN],
        secret_hash=digest(secret),
        scopes=[scope.value for scope in Scope if scope in scopes],
        expires_at=ends,
        # Of one that ends within the month, the letter about its making says enough.
        warned_at=now() if ends <= now() + WARNED_BEFORE else None,
        created_by=staff,
    )
    session.add(key)
    after = {"begins_with": key.beginning, "scopes": key.scopes, "last_day": key.last_day}
    record(session, AuditAction.KEY_CREATED, _about(firm, key), after=after)
    outbox.post_to_firm(
        session, LetterKind.KEY_CREATED, firm, contact_of(firm), topic=key.public_id
    )
    session.commit()
    return NewKey(key, secret)


def find(session: Session, secret: str) -> ApiKey | None:
    """The key with this secret, with its firm, also when it has expired; None if unknown or revoked.

    At most one statement.
    """
    if not SECRET.fullmatch(secret):
        return None
    return session.scalar(
        select(ApiKey)
        .where(ApiKey.secret_hash == digest(secret), ApiKey.revoked_at.is_(None))
        .options(joinedload(ApiKey.firm, innerjoin=True))
    )


def note_use(session: Session, key: ApiKey) -> None:
    """Record that the key was used, at most once a minute. Commits if it writes."""
    moment = now()
    if key.last_used_at is None or key.last_used_at < moment - USED_EVERY:
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=moment))
        session.commit()


def list_page(session: Session, after: str = "", firm_id: int | None = None) -> Page[ApiKey]:
    """A page of a firm's keys, or all, newest first, with firm and creator. One statement.

    Revoked and expired ones are among them.
    """
    query = (
        select(ApiKey)
        .where(older_than(ApiKey.public_id, after))
        .where(true() if firm_id is None else ApiKey.firm_id == firm_id)
        .order_by(ApiKey.id.desc())
        .options(joinedload(ApiKey.firm, innerjoin=True), joinedload(ApiKey.created_by))
    )
    return read_page(session, query, lambda key: key, lambda key: key.public_id)


def find_by_id(session: Session, public_id: str) -> ApiKey | None:
    """The key with this public id, with firm and creator. One statement."""
    return session.scalar(
        select(ApiKey)
        .where(ApiKey.public_id == public_id)
        .options(joinedload(ApiKey.firm, innerjoin=True), joinedload(ApiKey.created_by))
    )


def warn_of_ends(session: Session) -> int:
    """Tell the contacts of firms, once, of keys that end within thirty days; how many keys. Commits."""
    ending = session.scalars(
        select(ApiKey)
        .where(
            ApiKey.revoked_at.is_(None),
            ApiKey.warned_at.is_(None),
            ApiKey.expires_at.between(now(), now() + WARNED_BEFORE),
        )
        .order_by(ApiKey.id)
        .limit(SWEEP)
        .options(joinedload(ApiKey.firm, innerjoin=True))
        .with_for_update(of=ApiKey, skip_locked=True)
    ).all()
    for key in ending:
        key.warned_at = now()
        to = contact_of(key.firm)
        outbox.post_to_firm(session, LetterKind.KEY_ENDS, key.firm, to, topic=key.public_id)
    session.commit()
    return len(ending)


def works(session: Session, public_id: str) -> bool:
    """True if the key is neither revoked nor expired."""
    key = session.scalar(select(ApiKey).where(ApiKey.public_id == public_id))
    return key is not None and key.revoked_at is None and not key.has_expired


def revoke(
    session: Session, public_id: str, staff: User | None, firm_id: int | None = None
) -> ApiKey:
    """Revoke a key at once; with ``firm_id``, only of that firm. Idempotent. Commits.

    Raises KeyUnknownError.
    """
    key = session.scalar(
        select(ApiKey)
        .where(ApiKey.public_id == public_id)
        .where(true() if firm_id is None else ApiKey.firm_id == firm_id)
        .options(joinedload(ApiKey.firm, innerjoin=True))
        .with_for_update(of=ApiKey)
    )
    if key is None:
        session.rollback()
        raise KeyUnknownError
    if key.revoked_at is None:
        key.revoked_at = now()
        key.revoked_by_id = staff.id if staff else None
        record(session, AuditAction.KEY_REVOKED, _about(key.firm, key))
    session.commit()
    return key


def _about(firm: Firm, key: ApiKey) -> About:
    return About(key, key.name, firm_id=firm.id)
