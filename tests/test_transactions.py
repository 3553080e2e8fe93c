"""A transaction begins with the first statement that does more than read, and not before."""

from collections.abc import Callable

import pytest
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Firm
from wizard.services.concurrency.queue import SEND_LETTER, enqueue
from wizard.transactions import only_reads

IDLE, INSIDE = TransactionStatus.IDLE, TransactionStatus.INTRANS
JOBS = text("select count(*) from procrastinate.procrastinate_jobs")
Does = Callable[[Session, Cast], object]


@pytest.fixture
def session(app: Flask) -> Session:
    """A session that has sent nothing."""
    made: Session = app.extensions["sessions"]()
    return made


def status(session: Session) -> TransactionStatus:
    line = session.connection().connection.driver_connection
    assert line is not None
    return TransactionStatus(line.info.transaction_status)


READING: dict[str, Does] = {
    "a row": lambda session, cast: session.get_one(Firm, cast.firm.id),
    "a count": lambda session, _: session.scalar(select(func.count()).select_from(Firm)),
    "in": lambda session, _: session.scalars(select(Firm).where(Firm.name.in_(["A", "B"]))).all(),
    "words": lambda session, _: session.scalar(text("select 1")),
    "a plan": lambda session, _: session.scalar(text("explain (format json) select 1")),
}
MORE: dict[str, Does] = {
    "a lock on a row": lambda session, _: session.scalars(select(Firm).with_for_update()).all(),
    "a shared lock": lambda session, _: session.scalars(
        select(Firm).with_for_update(read=True, key_share=True)
    ).all(),
    "an advisory lock": lambda session, _: session.scalar(select(func.pg_advisory_xact_lock(1))),
    "a function": lambda session, _: session.scalar(select(func.set_config("a.b", "c", True))),
    "a number of a sequence": lambda session, _: session.scalar(
        text("select nextval('firms_id_seq')")
    ),
    "a table that writes": lambda session, _: session.scalar(
        text("with x as (update firms set name = name returning 1) select count(*) from x")
    ),
    "a plan carried out": lambda session, _: session.scalar(
        text("explain (analyze, format json) select 1")
    ),
    "a savepoint": lambda session, _: session.begin_nested(),
    "a job": lambda session, _: enqueue(session, SEND_LETTER, letter_id=1),
    "a server's cursor": lambda session, _: session.scalars(
        select(Firm).execution_options(stream_results=True)
    ).first(),
}


@pytest.mark.parametrize("what", READING)
def test_reading_needs_no_transaction(session: Session, cast: Cast, what: str) -> None:
    READING[what](session, cast)
    assert status(session) is IDLE
    session.close()


@pytest.mark.parametrize("what", MORE)
def test_whatever_may_be_more_than_reading_is_inside_of_one(
    session: Session, cast: Cast, what: str
) -> None:
    session.get_one(Firm, cast.firm.id)
    assert status(session) is IDLE
    MORE[what](session, cast)
    assert status(session) is INSIDE
    session.get_one(Firm, cast.firm.id, populate_existing=True)
    assert status(session) is INSIDE
    session.rollback()
    session.get_one(Firm, cast.firm.id)
    assert status(session) is IDLE
    session.close()


def test_what_is_written_after_reading_goes_with_the_rollback(session: Session, cast: Cast) -> None:
    before = session.get_one(Firm, cast.firm.id).contact_name
    session.get_one(Firm, cast.firm.id).contact_name = "Någon annan"
    session.flush()
    enqueue(session, SEND_LETTER, letter_id=1)
    session.rollback()
    assert session.get_one(Firm, cast.firm.id).contact_name == before
    assert session.scalar(JOBS) == 0
    session.close()


def test_a_line_that_commits_by_itself_goes_on_doing_so(app: Flask, cast: Cast) -> None:
    engine = app.extensions["engine"].execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as line:
        line.execute(text("select 1"))
        line.execute(text("update firms set contact_name = 'Någon annan'"))
        line.rollback()
        assert line.scalar(text("select contact_name from firms limit 1")) == "Någon annan"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM b",
        " select count(*) from b where c in (1, 2)",
        "SELECT a AS for_update FROM b",
    ],
)
def test_plain_statements_read(statement: str) -> None:
    assert only_reads(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM b \n FOR UPDATE",
        "select f (1)",
        "SELECT a FROM b FOR NO KEY UPDATE SKIP LOCKED",
        'SELECT "Writes"(1)',
        "SELECT a INTO b FROM c",
        "INSERT INTO a VALUES (1)",
        "set local a = b",
        "WITH a AS (SELECT 1) SELECT 1",
        "VALUES (1)",
    ],
)
def test_others_may_do_more(statement: str) -> None:
    assert not only_reads(statement)
