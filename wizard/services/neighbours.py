"""The other connections of an approver, which the end of one of her grants may have ended too."""

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.orm import Session

from wizard.models import Connection, ConnectionStatus, now


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
    found = session.scalars(
        select(Connection.id)
        .where(
            Connection.provider == provider,
            Connection.status != ConnectionStatus.DISCONNECTED,
            Connection.refresh_token.is_not(None),
            or_(hers, Connection.company_id == company_id),
        )
        .order_by(Connection.id)  # so that two who do this wait for each other in one order
        .with_for_update()
    ).all()
    due = update(Connection).where(Connection.id.in_(found))
    session.execute(due.values(next_refresh_at=now(), next_check_at=now()))
