"""Holding a row for the length of a transaction, or a name for longer than any."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import Base, Company

LOCK_NOT_AVAILABLE = "55P03"


class BusyError(Exception):
    """Another process holds it, and was not done within the time."""


def hold(session: Session, row: Base) -> None:
    """Lock the row until the transaction ends, and see it as it is now."""
    kind = type(row)
    session.scalars(
        select(kind)
        .where(kind.id == row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def hold_company(session: Session, company_id: int) -> None:
    """Wait for one's turn at a company: one at a time invites, connects, renews or ends, before any other row.

    Others may go on to write about the company meanwhile, since that does not change it.
    """
    mine = select(Company.id).where(Company.id == company_id)
    session.scalars(mine.with_for_update(key_share=True)).one()


def shared_now(session: Session) -> datetime:
    """This moment by the database's clock, for claims: those of the machines may differ."""
    moment: datetime = session.scalars(select(func.clock_timestamp())).one()
    return moment


@contextmanager
def alone(
    sessions: sessionmaker[Session], name: str, seconds: float
) -> Iterator[sessionmaker[Session]]:
    """Hold the name for this process, and give sessions on the one connection that holds it.

    Waits these seconds for another that holds it, then BusyError. A killed process lets go by
    itself, since its connection ends.
    """
    held = {"name": name}
    engine: Engine = sessions.kw["bind"]
    with engine.connect() as connection:
        try:
            patience = max(1, int(seconds * 1000))
            connection.execute(text(f"set local lock_timeout = {patience}"))
            connection.execute(text("set local statement_timeout = 0"))  # which counts the wait
            connection.execute(text("select pg_advisory_lock(hashtextextended(:name, 0))"), held)
            connection.commit()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                _let_go(connection, held)  # granted while giving up, it stays with the session
                raise BusyError from None
            raise
        try:
            yield sessionmaker(connection, expire_on_commit=False)
        finally:
            _let_go(connection, held)


def _let_go(connection: SqlConnection, held: dict[str, str]) -> None:
    try:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(hashtextextended(:name, 0))"), held)
        connection.commit()
    except DBAPIError:
        connection.invalidate()  # the hold has gone with the connection
