"""Reads of one row for a page that is shown, sent past SQLAlchemy's own bookkeeping.

SQLAlchemy writes the statement, lends the connection and says what the values mean; psycopg sends it. Of the
time that a small read takes otherwise, most goes to what lies between: a transaction, an execution that
can be followed, a description of each column.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Dialect, Engine, Select

Reader = Callable[[Any], Any]


class PlainRead:
    """A SELECT whose values are all given when it is sent, as by ``bindparam``."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._prepared: tuple[str, list[tuple[int, Reader]]] | None = None

    def first(self, engine: Engine, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, with the values that SQLAlchemy would return; None if there is none. One statement.

        What fails is asked once more by SQLAlchemy, which knows what its errors are, and takes a new
        connection where the server has closed this one.
        """
        text, readers = self._prepared = self._prepared or self._prepare(engine.dialect)
        try:
            row = _sent(engine, text, values)
        except engine.dialect.loaded_dbapi.Error:
            with engine.connect() as connection:
                again = connection.execute(self.statement, dict(values)).first()
            return tuple(again) if again else None
        return _read(row, readers) if row else None

    def _prepare(self, dialect: Dialect) -> tuple[str, list[tuple[int, Reader]]]:
        """The statement's text, and what turns a column's value into Python's, where something has to."""
        types = (column.type.dialect_impl(dialect) for column in self.statement.selected_columns)
        readers = ((at, kind.result_processor(dialect, None)) for at, kind in enumerate(types))
        text = str(self.statement.compile(dialect=dialect))
        return text, [(at, reader) for at, reader in readers if reader]


def _sent(engine: Engine, text: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    with closing(engine.raw_connection()) as lent:
        line: Any = lent.driver_connection
        try:
            if not line.autocommit:
                line.autocommit = True
            with line.cursor() as cursor:
                row: tuple[Any, ...] | None = cursor.execute(text, values).fetchone()
        except engine.dialect.loaded_dbapi.Error:
            lent.invalidate()
            raise
    return row


def _read(row: tuple[Any, ...], readers: list[tuple[int, Reader]]) -> tuple[Any, ...]:
    values = list(row)
    for at, reader in readers:
        values[at] = reader(values[at])
    return tuple(values)
