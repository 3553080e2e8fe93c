"""The other connections of an approver, which the end of one of her grants may have ended too."""

from datetime import timedelta

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from wizard.causes import Cause
from wizard.models import Connection, Grant, GrantState, now

TOGETHER = timedelta(hours=2)  # what ended within this time has ended for one reason


def check_soon(
    session: Session, provider: str, approver_email: str | None, company_id: int | None = None
) -> None:
    """Let her living connections at this provider be refreshed and read at once; the caller commits.

    So is that of ``company_id``, whoever gave it. Refreshed too, since an access token may outlive
    the grant it came from.
    """
    hers: ColumnElement[bool] = false()
    if approver_email:
        hers = func.lower(Connection.approver_email) == approver_email.lower()
    found = session.execute(
        select(Connection.id, Connection.grant_id)
        .where(
            Connection.provider == provider,
            Connection.kept_alive,
            or_(hers, Connection.company_id == company_id),
        )
        .order_by(Connection.id)  # so that two who do this wait for each other in one order
        .with_for_update()
    ).all()
    ids, grants = [row.id for row in found], [row.grant_id for row in found]
    session.execute(update(Connection).where(Connection.id.in_(ids)).values(next_check_at=now()))
    living = (Grant.id.in_(grants), Grant.state == GrantState.LIVING)
    session.execute(update(Grant).where(*living).values(next_refresh_at=now()))


def ended_together(session: Session, public_id: str) -> int:
    """How many more grants of the same approver ended about when this one did. One statement.

    That is what a changed password looks like from here: the provider does not say it.
    """
    this, other = aliased(Connection), aliased(Connection)
    found = session.scalar(
        select(func.count(other.id))
        .join(this, this.public_id == public_id)
        .where(
            this.cause == Cause.CONSENT_ENDED,
            other.cause == Cause.CONSENT_ENDED,
            other.id != this.id,
            other.provider == this.provider,
            func.lower(other.approver_email) == func.lower(this.approver_email),
            other.status_since.between(this.status_since - TOGETHER, this.status_since + TOGETHER),
        )
    )
    return found or 0
