"""The platform's keys to the API: made, found by their secret, listed and revoked."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from wizard.models import ApiKey, Firm, User, now
from wizard.services.names import clean_name
from wizard.services.secrets import digest, new_secret

PREFIX = "kg_"  # by which a key that went astray is recognised, by people and by scanners
SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
SHOWN = len(PREFIX) + 4
USED_EVERY = timedelta(minutes=1)
PAGE = 50


class KeyUnknownError(LookupError):
    """There is no such key."""


@dataclass(frozen=True)
class NewKey:
    """A key just made: the only moment its secret exists outside the platform."""

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True)
class KeyPage:
    """Some keys, the newest first; ``next_cursor`` is None on the last page."""

    keys: list[ApiKey]
    next_cursor: str | None


def create(session: Session, firm: Firm, name: str, staff: User | None) -> NewKey:
    """A key to this firm's things, named for what uses it. Commits; NameInvalidError."""
    secret = PREFIX + new_secret()
    key = ApiKey(
        firm=firm,
        name=clean_name(name),
        beginning=secret[:SHOWN],
        secret_hash=digest(secret),
        created_by_id=staff.id if staff else None,
    )
    session.add(key)
    session.commit()
    return NewKey(key, secret)


def find(session: Session, secret: str) -> ApiKey | None:
    """The living key with this secret, with its firm. One statement, none for what is no key."""
    if not SECRET.fullmatch(secret):
        return None
    return session.scalar(
        select(ApiKey)
        .where(ApiKey.secret_hash == digest(secret), ApiKey.revoked_at.is_(None))
        .options(joinedload(ApiKey.firm, innerjoin=True))
    )


def note_use(session: Session, key: ApiKey) -> None:
    """Remember that the key was used, at most once a minute. Commits when it does."""
    moment = now()
    if key.last_used_at is None or key.last_used_at < moment - USED_EVERY:
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=moment))
        session.commit()


def list_page(session: Session, after: str = "") -> KeyPage:
    """A page of all keys, living and revoked, with firm and maker. One statement."""
    query = select(ApiKey).order_by(ApiKey.id.desc()).limit(PAGE + 1)
    if after:
        last = select(ApiKey.id).where(ApiKey.public_id == after)
        query = query.where(ApiKey.id < last.scalar_subquery())
    found = session.scalars(
        query.options(joinedload(ApiKey.firm, innerjoin=True), joinedload(ApiKey.created_by))
    ).all()
    keys = list(found[:PAGE])
    return KeyPage(keys, keys[-1].public_id if len(found) > PAGE else None)


def revoke(session: Session, public_id: str, staff: User | None) -> ApiKey:
    """End a key at once; twice is the same as once. Commits; KeyUnknownError."""
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
    session.commit()
    return key
