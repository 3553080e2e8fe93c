"""What a list is asked for, as its address says it: the same words on every page, so that it can be sent."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

from flask import request

from wizard.causes import Cause
from wizard.extensions import database
from wizard.models import ConnectionStatus, InvitationStatus, MoveReason, User, Whose
from wizard.services.accounts import staff
from wizard.services.accounts.firms import FirmUnknownError, find_firm
from wizard.services.companies.company_list import Order, Wanted
from wizard.services.companies.list_filters import Filters, Looked
from wizard.services.values.search import clean_search

DAYS = (1, 3, 7, 30)
NONE = -1  # the id of nobody, and of no firm
LIVING = "living"  # an invitation that has not ended, whichever of its states
STATUSES = frozenset(one.value for one in InvitationStatus)

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Asked:
    """The words of an address; what cannot be read is empty, and asks for nothing."""

    search: str = ""
    move: str = ""
    reason: str = ""
    status: str = ""
    invitation: str = ""
    cause: str = ""
    firm: str = ""
    responsible: str = ""
    visa: str = ""
    lasted: str = ""
    unread: str = ""
    approver: str = ""
    consultant: str = ""
    renewal: str = ""
    sort: str = ""

    @property
    def filled(self) -> dict[str, str]:
        """Those that ask for something, for addresses and for the entry of an export."""
        return {name: value for name, value in vars(self).items() if value}

    @property
    def narrows(self) -> bool:
        """Whether anything but the order is asked for."""
        return bool(set(self.filled) - {"sort"})


def asked_here() -> Asked:
    """What this request's address, or its form, asks for."""
    return Asked(**{one.name: _clean(one.name) for one in fields(Asked)})


def wanted_by(user: User, asked: Asked, *, connected: bool = False) -> Wanted:
    """The list that is asked for; ``connected``: only of companies that have, or had, a connection."""
    filters = Filters(
        whose=Whose(asked.move) if asked.move else None,
        reason=MoveReason(asked.reason) if asked.reason else None,
        status=ConnectionStatus(asked.status) if asked.status else None,
        invitation=InvitationStatus(asked.invitation) if asked.invitation in STATUSES else None,
        invited=asked.invitation == LIVING,
        cause=asked.cause or None,
        firm_id=_firm_id(asked.firm) if asked.firm else None,
        responsible_id=_responsible_id(user, asked),
        nobodys=asked.visa == Looked.NOBODYS,
        archived=asked.visa == Looked.ARCHIVED,
        lasted=int(asked.lasted) if asked.lasted else None,
        unread=int(asked.unread) if asked.unread else None,
        approver=asked.approver,
        consultant=bool(asked.consultant),
        renewal_begun=bool(asked.renewal),
        connected=connected,
    )
    return Wanted(filters, asked.search, _order(asked))


def _order(asked: Asked) -> Order:
    """The order that is asked for; what has lasted, or was read, long ago comes with the oldest first."""
    if asked.sort:
        return Order(asked.sort)
    if asked.unread:
        return Order.READ
    return Order.LONGEST if asked.lasted else Order.NAME


def _clean(name: str) -> str:
    value = clean_search(request.values.get(name, ""))
    known = KNOWN.get(name)
    return value if known is None or value in known else ""


def _words(kind: type[StrEnum]) -> Iterable[str]:
    return frozenset(one.value for one in kind)


def _firm_id(text: str) -> int:
    try:
        return find_firm(database.session, text).id
    except FirmUnknownError:
        return NONE


def _responsible_id(user: User, asked: Asked) -> int | None:
    if asked.visa == Looked.MINE:
        return user.id
    if not asked.responsible:
        return None
    return staff.id_of(database.session, asked.responsible) or NONE


_DAYS = frozenset(str(number) for number in DAYS)
KNOWN = {
    "move": _words(Whose),
    "reason": _words(MoveReason),
    "status": _words(ConnectionStatus),
    "invitation": {*STATUSES, LIVING},
    "cause": _words(Cause),
    "visa": _words(Looked),
    "lasted": _DAYS,
    "unread": _DAYS,
    "consultant": {"1"},
    "renewal": {"1"},
    "sort": _words(Order),
}
