"""Holding a row for the length of a transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import Base


def hold(session: Session, row: Base) -> None:
    """Lock the row until the transaction ends, and see it as it is now."""
    kind = type(row)
    session.scalars(
        select(kind)
        .where(kind.id == row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
