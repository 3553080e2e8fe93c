"""API keys: create, find by secret, list and revoke."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from wizard.models import ApiKey, AuditAction, Firm, User, now
from wizard.services.audit.trail import About, record
from wizard.services.crypto.digests import digest, new_secret
from wizard.services.pages import Page, older_than, read_page
from wizard.services.values.names import clean_name

PREFIX = "kg_"  # lets people and secret scanners recognise a leaked key
SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
SHOWN = len(PREFIX) + 4
USED_EVERY = timedelta(minutes=1)


class KeyUnknownError(LookupError):
    """No API key has this id."""


@dataclass(frozen=True)
class NewKey:
    """A new key with its secret, which is stored as a hash only and shown once."""

    key: ApiKey
    secret: str = field(repr=False)


def create(session: Session, firm: Firm, name: str, staff: User | None) -> NewKey:
    """Create a key for a firm; ``name`` says what uses it. Commits. Raises NameInvalidError."""
    secret = PREFIX + new_secret()
    key = ApiKey(
        firm=firm,
        name=clean_name(name),
        beginning=secret[:SHOWN],
        secret_hash=digest(secret),
        created_by_id=staff.id if staff else None,
    )
    session.add(key)
    record(
        session, AuditAction.KEY_CREATED, _about(firm, key), after={"begins_with": key.beginning}
    )
    session.commit()
    return NewKey(key, secret)


def find(session: Session, secret: str) -> ApiKey | None:
    """The key with this secret, with its firm; None if unknown or revoked. At most one statement."""
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


def list_page(session: Session, after: str = "") -> Page[ApiKey]:
    """A page of all keys, including revoked ones, newest first, with firm and creator. One statement."""
    query = (
        select(ApiKey)
        .where(older_than(ApiKey.public_id, after))
        .order_by(ApiKey.id.desc())
        .options(joinedload(ApiKey.firm, innerjoin=True), joinedload(ApiKey.created_by))
    )
    return read_page(session, query, lambda key: key, lambda key: key.public_id)


def revoke(session: Session, public_id: str, staff: User | None) -> ApiKey:
    """Revoke a key at once. Idempotent. Commits. Raises KeyUnknownError."""
    key = session.scalar(
        select(ApiKey)
        .where(ApiKey.public_id == public_id)
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
