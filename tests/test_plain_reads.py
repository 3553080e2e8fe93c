"""Plain reads return what SQLAlchemy would, leave no transaction, and survive a connection that was closed."""

from typing import Any

import pytest
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, bindparam, column, event, func, select, table
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.transactions import Statements
from wizard import lines
from wizard.models import Company, Role, User
from wizard.plain_reads import PlainRead

COLUMNS = select(*User.__table__.columns)
BY_ID = PlainRead(COLUMNS.where(User.id == bindparam("id")))
ENDING = PlainRead(select(func.pg_terminate_backend(func.pg_backend_pid())))
NOWHERE = PlainRead(select(column("id")).select_from(table("no_such_table")))


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The application's."""
    found: Engine = app.extensions["engine"]
    return found


def test_every_value_is_the_one_that_sqlalchemy_returns(engine: Engine, cast: Cast) -> None:
    read = BY_ID.first(engine, {"id": cast.owner.id})
    with engine.connect() as connection:
        expected = connection.execute(COLUMNS.where(User.id == cast.owner.id)).one()
    assert read == tuple(expected)
    assert Role.MEMBER in expected  # a word of the models, which the driver knows as text


def test_no_row_is_none(engine: Engine, cast: Cast) -> None:
    assert BY_ID.first(engine, {"id": cast.owner.id + 1_000_000}) is None


def test_it_begins_no_transaction_after_one_that_wrote(
    engine: Engine, session: Session, cast: Cast
) -> None:
    session.get_one(Company, cast.company.id).name = "Nytt Namn AB"
    session.commit()
    session.close()
    BY_ID.first(engine, {"id": cast.owner.id})
    with engine.connect() as connection:
        line = connection.connection.driver_connection
        assert line is not None
        assert line.info.transaction_status == TransactionStatus.IDLE


def test_a_connection_that_ends_meanwhile_is_replaced(engine: Engine, cast: Cast) -> None:
    ended: list[bool] = []

    def end(line: Any, *_: object) -> None:
        ended.append(not ended and lines.end(line))

    event.listen(engine, "checkout", end)
    try:
        read = BY_ID.first(engine, {"id": cast.owner.id})
    finally:
        event.remove(engine, "checkout", end)
    assert read is not None
    assert ended == [True, False]


def test_no_answer_at_all_is_told_as_sqlalchemy_tells_it(engine: Engine) -> None:
    with pytest.raises(OperationalError) as told:
        ENDING.first(engine, {})
    assert told.value.connection_invalidated


def test_what_is_wrong_is_told_as_sqlalchemy_tells_it(engine: Engine) -> None:
    with pytest.raises(ProgrammingError):
        NOWHERE.first(engine, {})


def test_it_is_counted_among_the_statements(engine: Engine, cast: Cast) -> None:
    with Statements(engine) as sent:
        BY_ID.first(engine, {"id": cast.owner.id})
    assert len(sent) == 1
