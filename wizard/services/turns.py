"""Letting one process at a time do what must not be done twice at once."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def takes_turn(session: Session, name: str) -> bool:
    """Whether it is this transaction's turn, until it ends; False when another one is at it."""
    return bool(
        session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))))
    )
