"""Incidents of connections: those not yet reported, and those in a letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all, update
from sqlalchemy.orm import Session, contains_eager

from wizard.causes import ALERTING
from wizard.models import (
    BROKEN,
    LIVING,
    Company,
    Connection,
    ConnectionStatus,
    ConnectionWarning,
    Event,
    EventKind,
    Firm,
    Invitation,
    Letter,
    LetterStatus,
    Outage,
    User,
    now,
)
from wizard.models.event import PERSONAL_NOTE
from wizard.models.letter import WARNING_ADDRESS
from wizard.services.warnings.refusals import held_providers

DISTURBED_LONG = timedelta(days=1)  # a disturbance of a single company is reported after this
LATELY = timedelta(hours=1)  # a failing connection is checked every ten minutes
AGAIN_AFTER = timedelta(days=1)  # an incident that comes and goes is reported no more often
DEPUTY_AFTER = timedelta(days=3)
MOST = 20_000  # connections looked at in one round
CAUSE_NOW = func.coalesce(Connection.cause, "")


@dataclass(frozen=True)
class Incident:
    """A connection's incident that has not been reported yet."""

    connection_id: int
    public_id: str
    status: ConnectionStatus
    cause: str
    since: datetime

    @property
    def told_from(self) -> datetime:
        """When the incident is to be reported."""
        late = DISTURBED_LONG if self.status is ConnectionStatus.DISTURBED else timedelta(0)
        return self.since + late


def untold(session: Session) -> Iterable[tuple[Incident, Firm, User | None]]:
    """Incidents to report now, oldest first, with the firm and the sender. One statement.

    Excludes those at a provider that refuses many at once, as long as that is held.
    """
    lately = exists().where(
        PERSONAL_NOTE,  # which warnings have at this age: by its index few lines are looked at
        Event.kind == EventKind.WARNED,
        Event.at > now() - AGAIN_AFTER,
        Event.connection_id == Connection.id,
        func.coalesce(Event.cause, "") == CAUSE_NOW,
        or_(Connection.renewed_at.is_(None), Event.at > Connection.renewed_at),
    )
    # A subquery, as few incidents are unreported and PostgreSQL expects many.
    oldest = (Connection.status_since, Connection.id)
    parts = [
        select(Connection.id, Connection.status_since)
        .where(Connection.untold, kind, CAUSE_NOW.not_in(ALERTING), ~_was_told(), ~lately)
        .order_by(*oldest)
        .limit(MOST)
        for kind in (Connection.status == ConnectionStatus.RENEWAL_NEEDED, *_long_disturbed())
    ]
    both = union_all(*parts).subquery()
    first = select(both.c.id).order_by(both.c.status_since, both.c.id).limit(MOST)
    lines = session.execute(
        select(
            Connection.id,
            Connection.public_id,
            Connection.status,
            CAUSE_NOW,
            Connection.status_since,
            Firm,
            User,
        )
        .join(Connection.firm)
        .join(Connection.company)
        .outerjoin(User, User.id == Company.responsible_id)
        .where(Connection.id.in_(first), ~held_providers())
        .order_by(*oldest)
    )
    return ((Incident(*line[:5]), line[5], line[6]) for line in lines)


def mark_told(session: Session) -> None:
    """Clear the mark of connections whose incident has been reported; the caller commits.

    Only marked connections are read, however many are broken. Skips rows that a check has locked: the
    next report clears their mark, and the two never wait for each other.
    """
    told = (
        select(Connection.id)
        .where(Connection.untold, _was_told())
        .with_for_update(skip_locked=True, key_share=True)
    )
    session.execute(
        update(Connection)
        .where(Connection.id.in_(told))
        .values(untold=False)
        .execution_options(synchronize_session=False)
    )


def told_in(
    session: Session, letter: Letter, *, still: bool, most: int | None = None
) -> list[ConnectionWarning]:
    """The warnings in a letter, by company name; with ``still``, only those that remain true.

    Each has its connection and company loaded; ``most`` limits their number. One statement.
    """
    return list(session.scalars(_told(still).where(_in_letter(letter.id)).limit(most)))


def ignored(session: Session) -> Iterable[ConnectionWarning]:
    """Warnings still true whose letter bounced, or was sent three days ago and led to no invitation.

    Excludes those a deputy has been warned about, and those of firms without another recipient:
    these last as long as the incident, and would be read every minute. Reads the letters first, as
    they are few however many connections are broken. Two statements at most.
    """
    letters = session.scalars(_left_alone()).all()
    if not letters:
        return []
    invited = exists().where(
        Invitation.company_id == Connection.company_id,
        Invitation.status.in_(LIVING),
        Invitation.expires_at > now(),
    )
    return session.scalars(
        _told(still=True)
        .join(ConnectionWarning.letter)
        .where(
            ConnectionWarning.letter_id.in_(letters),
            ConnectionWarning.deputy_letter_id.is_(None),
            or_(Letter.status == LetterStatus.BOUNCED, ~invited),
        )
        .options(contains_eager(ConnectionWarning.letter))
        .limit(MOST)
    )


def connections_of(session: Session, incidents: list[Incident]) -> list[Connection]:
    """The connections of the incidents, by company name, with their companies. One statement."""
    return list(
        session.scalars(
            select(Connection)
            .join(Connection.company)
            .where(Connection.id.in_([incident.connection_id for incident in incidents]))
            .order_by(Company.sort_key, Connection.id)
            .options(contains_eager(Connection.company))
        )
    )


def confirmed(after: timedelta) -> ColumnElement[bool]:
    """True if a recent check, at least ``after`` later than the start, still saw the incident."""
    return and_(
        Connection.checked_at >= Connection.status_since + after,
        Connection.checked_at > now() - LATELY,
    )


def _left_alone() -> Select[int]:
    """Letters that bounced, or were sent three days ago, of firms with another recipient."""
    else_told = func.coalesce(func.nullif(Firm.deputy_email, ""), Firm.contact_email)
    long_ago = and_(Letter.status == LetterStatus.SENT, Letter.sent_at < now() - DEPUTY_AFTER)
    # With a limit, as for an EXISTS PostgreSQL reads the warnings of all letters.
    without_deputy = (
        select(ConnectionWarning.id)
        .where(
            ConnectionWarning.letter_id == Letter.id, ConnectionWarning.deputy_letter_id.is_(None)
        )
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Letter.id)
        .join(Letter.firm)
        .where(
            WARNING_ADDRESS,
            or_(Letter.status == LetterStatus.BOUNCED, long_ago),
            func.lower(Letter.recipient) != func.lower(else_told),
            without_deputy.is_not(None),
        )
    )


def _was_told() -> ColumnElement[bool]:
    """True if there is a warning of this cause in this incident."""
    return exists().where(
        ConnectionWarning.connection_id == Connection.id,
        ConnectionWarning.since == Connection.status_since,
        ConnectionWarning.cause == CAUSE_NOW,
    )


def _long_disturbed() -> list[ColumnElement[bool]]:
    """Two conditions that together mean: disturbed for long, and the provider has no open outage.

    An outage disturbs very many connections, and no index finds rows by `<>`. So one condition takes the
    providers after the last one with an outage, by `>`, and the other those before it, by `<`.
    """
    away = select(Outage.provider).where(Outage.ended_at.is_(None))
    last = select(func.max(Outage.provider)).where(Outage.ended_at.is_(None)).scalar_subquery()
    disturbed = and_(
        Connection.status == ConnectionStatus.DISTURBED,
        Connection.status_since <= now() - DISTURBED_LONG,  # for the index; confirmed() implies it
        confirmed(DISTURBED_LONG),
    )
    after = Connection.provider > func.coalesce(last, "")
    before = and_(Connection.provider < last, Connection.provider.not_in(away))
    return [and_(disturbed, after), and_(disturbed, before)]


def _in_letter(letter_id: int) -> ColumnElement[bool]:
    return or_(
        ConnectionWarning.letter_id == letter_id, ConnectionWarning.deputy_letter_id == letter_id
    )


def _told(still: bool) -> Select[ConnectionWarning]:
    found = (
        select(ConnectionWarning)
        .join(ConnectionWarning.connection)
        .join(Connection.company)
        .order_by(Company.sort_key, ConnectionWarning.id)
        .options(
            contains_eager(ConnectionWarning.connection).options(contains_eager(Connection.company))
        )
    )
    same = (
        Connection.status.in_(BROKEN),  # by its index; old warnings are many, and those broken few
        Connection.status == ConnectionWarning.status,
        Connection.status_since == ConnectionWarning.since,
        ConnectionWarning.cause == CAUSE_NOW,
    )
    return found.where(*same) if still else found
