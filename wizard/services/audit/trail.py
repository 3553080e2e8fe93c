"""Writing to the audit trail: who acts now, and one entry for each act, in the transaction of the act.

An entry is written in the same transaction as what it tells of, so that neither is there without the
other. Values are what people may read: never a secret, a link or a password.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from wizard.models import ApiKey, AuditAction, AuditActor, AuditEntry, Base, Company, Firm, User

LONGEST_VALUE = 1000


@dataclass(frozen=True)
class Who:
    """Who acts, and from which IP address."""

    actor: AuditActor
    name: str = ""
    user_id: int | None = None
    api_key_id: int | None = None
    address: str | None = None


@dataclass(frozen=True)
class About:
    """What an act concerns: a row, its name, the person and the firm; each may be unknown."""

    row: Base | None = None
    name: str | None = None
    person: str | None = None
    firm_id: int | None = None


SYSTEM = Who(AuditActor.SYSTEM)
NOTHING = About()
_acting: ContextVar[Who] = ContextVar("acting", default=SYSTEM)


def act_as(who: Who) -> None:
    """From here on in this thread, ``who`` acts; a request sets it when it begins and when it ends."""
    _acting.set(who)


@contextmanager
def acting_as(who: Who) -> Iterator[None]:
    """``who`` acts within the block."""
    before = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(before)


def acting() -> Who:
    """Who acts now; the system itself unless something else was said."""
    return _acting.get()


def by_user(user: User, address: str | None) -> Who:
    """A member of staff, signed in."""
    return Who(AuditActor.USER, user.email, user_id=user.id, address=address)


def by_key(key: ApiKey, address: str | None) -> Who:
    """The platform, with a key."""
    return Who(AuditActor.KEY, key.name, api_key_id=key.id, address=address)


def about_user(user: User) -> About:
    """An account, and its owner."""
    return About(user, user.name, person=user.email, firm_id=user.firm_id)


def about_firm(firm: Firm) -> About:
    """A firm."""
    return About(firm, firm.name, firm_id=firm.id)


def about_company(company: Company, person: str | None = None) -> About:
    """A company, and the address of the person there whom it concerns, if known."""
    return About(company, company.name, person=person, firm_id=company.firm_id)


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, as it was and as it became."""
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def record(
    session: Session,
    action: AuditAction,
    about: About = NOTHING,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry by who acts now. The caller commits; rows that are new are flushed for their ids."""
    if about.row is not None:
        session.flush()  # a new row has its id then
    who = acting()
    entry = AuditEntry(
        actor=who.actor,
        actor_name=who.name,
        user_id=who.user_id,
        api_key_id=who.api_key_id,
        address=who.address,
        action=action,
        object_kind=about.row.__tablename__ if about.row is not None else None,
        object_id=_id(about.row) if about.row is not None else None,
        object_name=about.name,
        person=about.person.lower() if about.person else None,
        firm_id=about.firm_id,
        before=_short(before),
        after=_short(after),
    )
    session.add(entry)
    return entry


def _id(row: Base) -> str:
    return str(getattr(row, "public_id", None) or row.id)


def _short(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Values as JSON holds them; long texts are cut. Without values, nothing."""
    if not values:
        return None
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value)[:LONGEST_VALUE]
