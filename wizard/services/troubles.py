"""The trouble of connections: what nobody has been told of, and what a letter tells of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from wizard.causes import CAUSES, Cause
from wizard.models import (
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
from wizard.services.companies import without_tokens

DISTURBED_LONG = timedelta(days=1)  # then an outage of one company alone is told
LATELY = timedelta(hours=1)  # what cannot be read is looked at every ten minutes
AGAIN_AFTER = timedelta(days=1)  # what comes and goes by itself is told no more often
DEPUTY_AFTER = timedelta(days=3)
BROKEN = (ConnectionStatus.RENEWAL_NEEDED, ConnectionStatus.DISTURBED)
MOST = 20_000  # connections looked at in one round
OURS = [cause.value for cause in Cause if CAUSES[cause].alert]
CAUSE_NOW = func.coalesce(Connection.cause, "")


@dataclass(frozen=True)
class Spell:
    """A connection's trouble, of which nobody has been told yet."""

    connection_id: int
    public_id: str
    status: ConnectionStatus
    cause: str
    since: datetime

    @property
    def told_from(self) -> datetime:
        """When it is time to tell of it."""
        late = DISTURBED_LONG if self.status is ConnectionStatus.DISTURBED else timedelta(0)
        return self.since + late


def untold(session: Session) -> Iterable[tuple[Spell, Firm, User | None]]:
    """Trouble that it is time to tell of, the first first, with the firm and who asked. One statement."""
    told = exists().where(
        ConnectionWarning.connection_id == Connection.id,
        ConnectionWarning.since == Connection.status_since,
        ConnectionWarning.cause == CAUSE_NOW,
    )
    lately = exists().where(
        PERSONAL_NOTE,  # which warnings have at this age: by its index few lines are looked at
        Event.kind == EventKind.WARNED,
        Event.at > now() - AGAIN_AFTER,
        Event.connection_id == Connection.id,
        func.coalesce(Event.cause, "") == CAUSE_NOW,
        or_(Connection.renewed_at.is_(None), Event.at > Connection.renewed_at),
    )
    # By itself first: what nobody was told of is little, and PostgreSQL takes it for much.
    first = select(Connection.id).where(_to_be_told(), ~told, ~lately)
    first = first.order_by(Connection.status_since, Connection.id).limit(MOST)
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
        .join(Invitation, Invitation.id == Connection.invitation_id)
        .outerjoin(User, User.id == Invitation.created_by_id)
        .where(Connection.id.in_(first))
        .order_by(Connection.status_since, Connection.id)
    )
    return ((Spell(*line[:5]), line[5], line[6]) for line in lines)


def told_in(
    session: Session, letter: Letter, *, still: bool, most: int | None = None
) -> list[ConnectionWarning]:
    """What a letter tells of, by the companies' names; with ``still``, what has not passed since.

    Each with its connection and company, ``most`` of them if it says. One statement.
    """
    return list(session.scalars(_told(still).where(_in_letter(letter.id)).limit(most)))


def ignored(session: Session) -> Iterable[ConnectionWarning]:
    """Warnings still true whose letter bounced, or was sent three days ago and led to no invitation.

    Those that a deputy was told of are left out, and those of firms that have nobody else to tell:
    they stay for as long as their trouble does, and would be looked at every minute. One statement.
    """
    else_told = func.coalesce(func.nullif(Firm.deputy_email, ""), Firm.contact_email)
    invited = exists().where(
        Invitation.company_id == Connection.company_id,
        Invitation.status.in_(LIVING),
        Invitation.expires_at > now(),
    )
    ignored = and_(
        Letter.status == LetterStatus.SENT, Letter.sent_at < now() - DEPUTY_AFTER, ~invited
    )
    return session.scalars(
        _told(still=True)
        .join(ConnectionWarning.letter)
        .join(Connection.firm)
        .where(
            ConnectionWarning.deputy_letter_id.is_(None),
            Letter.recipient != "",
            func.lower(Letter.recipient) != func.lower(else_told),
            or_(Letter.status == LetterStatus.BOUNCED, ignored),
        )
        .options(contains_eager(ConnectionWarning.letter))
        .limit(MOST)
    )


def connections_of(session: Session, spells: list[Spell]) -> list[Connection]:
    """The connections in trouble, by the companies' names, each with its company. One statement."""
    return list(
        session.scalars(
            select(Connection)
            .join(Connection.company)
            .where(Connection.id.in_([spell.connection_id for spell in spells]))
            .order_by(Company.sort_key, Connection.id)
            .options(contains_eager(Connection.company), without_tokens())
        )
    )


def confirmed(after: timedelta) -> ColumnElement[bool]:
    """Seen again so long after it began, and lately: what nobody has looked at proves nothing."""
    return and_(
        Connection.checked_at >= Connection.status_since + after,
        Connection.checked_at > now() - LATELY,
    )


def _to_be_told() -> ColumnElement[bool]:
    """Renewal is needed, or one company has long been out of reach; outages and our faults are not hers."""
    in_outage = exists().where(Outage.provider == Connection.provider, Outage.ended_at.is_(None))
    return and_(
        CAUSE_NOW.not_in(OURS),
        or_(
            Connection.status == ConnectionStatus.RENEWAL_NEEDED,
            and_(
                Connection.status == ConnectionStatus.DISTURBED,
                confirmed(DISTURBED_LONG),
                ~in_outage,
            ),
        ),
    )


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
            contains_eager(ConnectionWarning.connection).options(
                contains_eager(Connection.company), without_tokens()
            )
        )
    )
    same = (
        Connection.status.in_(BROKEN),  # by its index; old warnings are many, and those broken few
        Connection.status == ConnectionWarning.status,
        Connection.status_since == ConnectionWarning.since,
        ConnectionWarning.cause == CAUSE_NOW,
    )
    return found.where(*same) if still else found
