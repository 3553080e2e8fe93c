"""The last day of a consent: set by the firm, never later than was approved, told of in time, and kept.

After that day nothing is read: the connection is ended, with a receipt, unless it has been renewed.
"""

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wizard.models import (
    Actor,
    Company,
    Connection,
    EventKind,
    Invitation,
    Letter,
    LetterKind,
    User,
    today,
)
from wizard.models.connection import WITH_LAST_DAY
from wizard.services import outbox
from wizard.services.companies.company_directory import connection_of
from wizard.services.concurrency.locks import hold, hold_company
from wizard.services.connections.disconnection import disconnect
from wizard.services.connections.endings import LAST_DAY, newest_consent
from wizard.services.history import record
from wizard.services.invitations.lifecycle import living_invitation

TOLD_BEFORE = timedelta(days=30)
FURTHEST = timedelta(days=10 * 365 + 2)
SOME = 100


class DayInvalidError(ValueError):
    """The day has passed, or is more than ten years away."""


class BeyondConsentError(ValueError):
    """The approver has given permission until ``ends_on`` and no longer: it takes a renewal."""

    def __init__(self, ends_on: date) -> None:
        super().__init__(ends_on)
        self.ends_on = ends_on


class NothingToEndError(Exception):
    """The company has neither a connection nor an open invitation."""


def last_day_of(session: Session, company: Company) -> date | None:
    """The last day that is in force; without a connection, the one that the approver is asked for."""
    if connection := connection_of(session, company):
        return connection.consent_ends_on
    invitation = living_invitation(session, company)
    return invitation.consent_ends_on if invitation else None


def set_last_day(session: Session, company: Company, day: date | None, staff: User) -> None:
    """Set the last day of the company's connection, and of what is asked for by its open invitation. Commits.

    None takes it away. A day later than was approved is asked for by the invitation alone. Raises
    DayInvalidError, BeyondConsentError where there is no invitation, or NothingToEndError.
    """
    if day is not None and not today() <= day <= today() + FURTHEST:
        raise DayInvalidError
    hold_company(session, company.id)
    connection, invitation = connection_of(session, company), living_invitation(session, company)
    if connection is None and invitation is None:
        session.rollback()
        raise NothingToEndError
    if invitation:
        hold(session, invitation)
        invitation.consent_ends_on = day
    if connection:
        hold(session, connection)
        consent = newest_consent(session, connection.id)
        limit = consent.ends_on if consent else None
        if limit and (day is None or day > limit):
            if invitation is None:
                session.rollback()
                raise BeyondConsentError(limit)
        else:
            connection.consent_ends_on = day
    note = day.isoformat() if day else None
    kind = EventKind.CONSENT_END_SET
    record(session, kind, invitation, connection=connection, staff=staff, note=note)
    session.commit()


def tell(session: Session) -> int:
    """Tell who is responsible, once for each last day, thirty days before it; how many were told of. Commits."""
    near = session.scalars(
        select(Connection)
        .where(
            WITH_LAST_DAY,
            Connection.consent_ends_on.between(today(), today() + TOLD_BEFORE),
            or_(
                Connection.end_told_for.is_(None),
                Connection.end_told_for != Connection.consent_ends_on,
            ),
        )
        .order_by(Connection.id)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    ).all()
    for connection in near:
        connection.end_told_for = connection.consent_ends_on
        invitation = session.get_one(Invitation, connection.invitation_id)
        topic = str(connection.consent_ends_on)
        outbox.post_to_sender(session, LetterKind.CONSENT_ENDS, invitation, topic=topic)
    session.commit()
    return len(near)


def is_near(session: Session, letter: Letter) -> bool:
    """True if the connection that the letter tells of still ends on that day."""
    found = session.scalar(
        select(Connection.consent_ends_on).where(
            Connection.company_id == letter.its_invitation.company_id, Connection.is_living
        )
    )
    return found is not None and str(found) == letter.topic and found >= today()


def end_over(session: Session) -> int:
    """End some connections whose last day has passed, each in a transaction of its own; how many were looked at."""
    over = select(Connection.id).where(WITH_LAST_DAY, Connection.consent_ends_on < today())
    ids = session.scalars(over.order_by(Connection.id).limit(SOME)).all()
    session.commit()
    for connection_id in ids:
        connection = session.get_one(Connection, connection_id)
        hold_company(session, connection.company_id)
        hold(session, connection)
        if connection.is_over:  # nobody has renewed it meanwhile
            disconnect(session, connection, actor=Actor.SYSTEM, note=LAST_DAY)
        session.commit()
    return len(ids)
