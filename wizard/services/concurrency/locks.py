"""Locks on rows for a transaction, and on names for longer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import Base, Company

LOCK_NOT_AVAILABLE = "55P03"
# Nearly always free: only who meets another holder sets times and waits.
TAKE_AT_ONCE = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")

Kind = TypeVar("Kind", bound=Base)


class BusyError(Exception):
    """Another process held the lock for the whole waiting time."""


def hold(session: Session, row: Base) -> None:
    """Lock the row until the transaction ends, and reload it."""
    kind = type(row)
    session.scalars(
        select(kind)
        .where(kind.id == row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def hold_all(session: Session, rows: Sequence[Kind]) -> Sequence[Kind]:
    """Lock rows of one table until the transaction ends, in the order of ids, and reload them."""
    kind = type(rows[0])
    return session.scalars(
        select(kind)
        .where(kind.id.in_([row.id for row in rows]))
        .order_by(kind.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def hold_company(session: Session, company_id: int) -> None:
    """Lock a company, so that only one transaction at a time invites, connects, renews or disconnects it.

    Taken before locks on other rows. Others can still insert rows that refer to the company.
    """
    mine = select(Company.id).where(Company.id == company_id)
    session.scalars(mine.with_for_update(key_share=True)).one()


def shared_now(session: Session) -> datetime:
    """The time by the database's clock, for claims, since the clocks of machines differ."""
    moment: datetime = session.scalars(select(func.clock_timestamp())).one()
    return moment


def takes_turn(session: Session, name: str) -> bool:
    """True if this transaction got the named lock, until it ends; False if another one holds it."""
    return bool(
        session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))))
    )


def wait_for_turn(session: Session, name: str) -> None:
    """Wait for the named lock, and hold it until this transaction ends; taken before locks on rows."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


@contextmanager
def alone(
    sessions: sessionmaker[Session], name: str, seconds: float
) -> Iterator[sessionmaker[Session]]:
    """Hold the named lock, and yield sessions on the connection that holds it.

    Waits ``seconds`` for another holder, then raises BusyError. The lock of a killed process is
    released, since its connection ends.
    """
    held = {"name": name}
    engine: Engine = sessions.kw["bind"]
    with engine.connect() as connection:
        if not connection.scalar(TAKE_AT_ONCE, held):
            _wait(connection, held, seconds)
        connection.commit()
        try:
            yield sessionmaker(connection, expire_on_commit=False)
        finally:
            _release(connection, held)


def _wait(connection: SqlConnection, held: dict[str, str], seconds: float) -> None:
    """Wait for the holder of the named lock; BusyError after these seconds."""
    try:
        patience = max(1, int(seconds * 1000))
        connection.execute(text(f"set local lock_timeout = {patience}"))
        # the timeout would include the wait
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("select pg_advisory_lock(hashtextextended(:name, 0))"), held)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            _release(connection, held)  # a lock granted during the timeout must be released
            raise BusyError from None
        raise


def _release(connection: SqlConnection, held: dict[str, str]) -> None:
    try:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(hashtextextended(:name, 0))"), held)
        connection.commit()
    except DBAPIError:
        connection.invalidate()  # the lock ended with the connection
