"""What is searched for, as the address of the page says it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from flask import request
from flask_babel import to_utc

from wizard.models import AuditAction, Role, User
from wizard.services.audit.search import Wanted
from wizard.services.values.search import clean_search

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """The search fields as they are shown again; what cannot be read is empty."""

    person: str
    thing: str
    action: str
    since: str
    until: str

    @property
    def filled(self) -> dict[str, str]:
        """The fields that are filled in, for addresses and for the entry of an export."""
        return {name: value for name, value in vars(self).items() if value}


def asked() -> tuple[Asked, date | None, date | None]:
    """The fields, and the days in them; both days are included."""
    since, until = _day("since"), _day("until")
    action = request.args.get("action", "")
    found = Asked(
        person=clean_search(request.args.get("person", "")),
        thing=clean_search(request.args.get("thing", "")),
        action=action if action in set(AuditAction) else "",
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
    )
    return found, since, until


def wanted_by(user: User) -> tuple[Asked, Wanted]:
    """The fields, and the search that this user may make: a member's is of her own firm."""
    found, since, until = asked()
    wanted = Wanted(
        firm_id=user.firm_id if user.role is Role.MEMBER else None,
        person=found.person,
        thing=found.thing,
        action=AuditAction(found.action) if found.action else None,
        since=_begins(since) if since else None,
        until=_begins(until + DAY) if until else None,
    )
    return found, wanted


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None


def _begins(day: date) -> datetime:
    """The moment when a day begins in Stockholm."""
    local = datetime.combine(day, time())
    return cast("datetime", to_utc(local)).replace(tzinfo=UTC)
