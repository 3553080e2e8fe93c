"""The filters of the list of companies; each alone has an index in the order in which it is listed."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Boolean, ColumnElement, func, literal_column, select, true
from sqlalchemy.orm import aliased

from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    InvitationStatus,
    MoveReason,
    Role,
    Standing,
    User,
    Whose,
    now,
)

# As the index ix_standings_connected says it: a value sent apart would not be known to be the same.
CONNECTED = literal_column(
    "(standings.connection_status is not null or standings.reason = 'ended')", Boolean
)

# And this as ix_standings_invited says it.
INVITED = literal_column("standings.invitation_status in ('created', 'sent', 'started')", Boolean)


class Looked(StrEnum):
    """Which companies a list shows, by who looks after them."""

    MINE = "mine"
    NOBODYS = "nobodys"
    ARCHIVED = "archived"


@dataclass(frozen=True)
class Filters:
    """What is asked of the companies in a list; None, empty and False ask nothing.

    ``responsible_id`` is hers who is responsible. ``lasted`` and ``unread`` are days: how long it has stood
    so at least, and since the last read. ``approver`` is a mail address. ``connected``: there is or was a connection;
    ``invited``: an invitation lives.
    """

    whose: Whose | None = None
    reason: MoveReason | None = None
    status: ConnectionStatus | None = None
    invitation: InvitationStatus | None = None
    cause: str | None = None
    firm_id: int | None = None
    responsible_id: int | None = None
    nobodys: bool = False
    archived: bool = False
    lasted: int | None = None
    unread: int | None = None
    approver: str = ""
    consultant: bool = False
    renewal_begun: bool = False
    connected: bool = False
    invited: bool = False

    @property
    def of_companies(self) -> bool:
        """Whether what is asked stands in the companies' own rows."""
        return self.responsible_id is not None or self.nobodys or self.archived


def of_user(user: User) -> list[ColumnElement[bool]]:
    """Of what the user may see: members see their firm's companies, support and admin all."""
    return [Standing.firm_id == user.firm_id] if user.role is Role.MEMBER else []


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The filters as conditions on standings and their companies; ``unread`` is for the list's own join."""
    equal = (
        (Standing.whose, None if filters.reason else filters.whose),  # a reason is one party's
        (Standing.reason, filters.reason),
        (Standing.invitation_status, filters.invitation),
        (Standing.last_cause, filters.cause),
        (Standing.firm_id, filters.firm_id),
        (Company.responsible_id, filters.responsible_id),
    )
    said = (
        (Company.responsible_id.is_(None), filters.nobodys),
        (Standing.consultant == true(), filters.consultant),
        (Standing.renewal_begun == true(), filters.renewal_begun),
        (INVITED, filters.invited),
    )
    return [
        *_of_archive(filters),
        *(column == value for column, value in equal if value is not None),
        *(condition for condition, wanted in said if wanted),
        *_of_status(filters),
        *_of_time(filters),
        *_of_approver(filters),
    ]


def _of_archive(filters: Filters) -> list[ColumnElement[bool]]:
    """Whether a company is archived stands in both; counting needs no companies to know it.

    Nobody has to move for one that is, so that others' moves and reasons leave it out by themselves.
    """
    if filters.of_companies:
        return [
            Company.archived_at.is_not(None) if filters.archived else Company.archived_at.is_(None)
        ]
    if filters.reason or filters.whose not in {None, Whose.NOBODY}:
        return []
    return [Standing.reason != MoveReason.ARCHIVED]


def _of_status(filters: Filters) -> list[ColumnElement[bool]]:
    if filters.status is ConnectionStatus.DISCONNECTED:
        return [Standing.reason == MoveReason.ENDED]
    if filters.status:
        return [Standing.connection_status == filters.status]
    return [CONNECTED] if filters.connected else []


def _of_time(filters: Filters) -> list[ColumnElement[bool]]:
    if filters.lasted is None:
        return []
    return [Standing.since <= now() - timedelta(days=filters.lasted)]


def _of_approver(filters: Filters) -> list[ColumnElement[bool]]:
    if not filters.approver:
        return []
    one = aliased(Connection)
    hers = func.lower(one.approver_email) == filters.approver.lower()
    return [Standing.company_id.in_(select(one.company_id).where(one.is_living, hers))]
