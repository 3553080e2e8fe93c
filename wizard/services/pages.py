"""Pages of lists, with cursors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import QueryableAttribute, Session

PAGE = 50
LONGEST_NUMBER = 18  # digits that fit in a bigint

T = TypeVar("T")
Line = TypeVarTuple("Line")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows; ``next_cursor`` is None on the last page."""

    rows: list[T]
    next_cursor: str | None


def read_page(
    session: Session,
    query: Select[*Line],
    row: Callable[[*Line], T],
    cursor: Callable[[T], str | int],
    size: int | None = None,
) -> Page[T]:
    """The first ``size`` results of a query (default: PAGE), each converted by ``row``. One statement.

    ``cursor`` gives the cursor of a row. One more result is read, to know if there is a next page.
    """
    most = size or PAGE
    found = [row(*line) for line in session.execute(query.limit(most + 1))]
    rows = found[:most]
    return Page(rows, str(cursor(rows[-1])) if len(found) > most else None)


def older_than(public_id: QueryableAttribute[str], cursor: str) -> ColumnElement[bool]:
    """The filter for rows older than the one with this public id: all if empty, none if unknown."""
    if not cursor:
        return true()
    row_id: QueryableAttribute[int] = public_id.class_.id
    return row_id < select(row_id).where(public_id == cursor).scalar_subquery()


def number_in(cursor: str) -> int | None:
    """The id in a cursor of rows without a public id; None if it is not a number."""
    is_number = cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST_NUMBER
    return int(cursor) if is_number else None
