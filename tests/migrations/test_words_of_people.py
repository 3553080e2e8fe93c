"""The migration that keeps people's words: those of before and those after it, there and back."""

import os
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text

from tests.support.postgres import TestServer
from wizard.extensions import make_engine
from wizard.migrations import running

NAME = f"words_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"  # workers share a server
STORED = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
values ('Byrån AB', 'Britta Berg', 'britta@example.com', '08-123 45 67', now());
insert into contacts (firm_id, email, name, language, created_at)
values (1, 'Anna.Ek@example.com', 'Anna Åberg', 'sv', now()), (1, 'bo@example.com', null, 'sv', now());
"""


@pytest.fixture
def engine(server: TestServer) -> Iterator[Engine]:
    engine = make_engine(server.create_empty(NAME))
    command.upgrade(running.configuration(engine), "0042")
    with engine.begin() as connection:
        connection.execute(text(STORED))
    yield engine
    engine.dispose()
    server.drop(NAME)


def words(engine: Engine) -> list[tuple[int, set[str]]]:
    query = "select contact_id, array_agg(word) from contact_words group by 1 order by 1"
    with engine.connect() as connection:
        return [(owner, set(found)) for owner, found in connection.execute(text(query))]


def test_words_of_before_and_after_are_kept(engine: Engine) -> None:
    configuration = running.configuration(engine)
    command.upgrade(configuration, "0043")
    anna = {"anna", "åberg", "ek", "example", "com"}
    assert words(engine) == [(1, anna), (2, {"bo", "example", "com"})]
    with engine.begin() as connection:
        connection.execute(text("update contacts set name = 'Bo Ek' where id = 2"))
        connection.execute(text("update contacts set language = 'en' where id = 1"))
    assert words(engine) == [(1, anna), (2, {"bo", "ek", "example", "com"})]
    command.downgrade(configuration, "0042")
    command.upgrade(configuration, "0043")
    assert words(engine) == [(1, anna), (2, {"bo", "ek", "example", "com"})]
