"""All that a session is to write, in one statement.

A flush sends a statement for each table and kind of change, and waits for each. Where many rows follow from
one decision, their inserts, updates and deletes are parts of one statement (PostgreSQL's WITH, whose
parts see none of each other's rows, and whose foreign keys are looked at when all are done).
"""

from functools import lru_cache
from typing import Any, Literal, cast

from sqlalchemy import (
    CTE,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.elements import ColumnElement

from wizard.models import Base

Verb = Literal["insert", "update", "delete"]
Part = tuple[Verb, Table, tuple[str, ...]]


def next_id(kind: type[Base]) -> ColumnElement[int]:
    """The id of a row to be, for a statement that asks for other things too."""
    return func.nextval(func.pg_get_serial_sequence(kind.__tablename__, "id"))


def flush_as_one(session: Session) -> None:
    """Write what is new, changed and deleted in the session.

    A new row to which another refers has its id beforehand, by ``next_id``; the others get theirs. As
    ``flush``, but that rows are not counted: the caller holds those that it changes. Listeners to
    flushes are told. Only columns are written: references between rows are set by id.
    """
    new, deleted = list(session.new), list(session.deleted)
    changed = [row for row in session.dirty if _changes(row)]
    values = [
        *(("insert", row, inserted(row)) for row in new),
        *(("update", row, {**_changes(row), "id": row.id}) for row in changed),
        *(("delete", row, {"id": row.id}) for row in deleted),
    ]
    if not values:
        return
    shape = tuple((verb, _table(type(row)), tuple(given)) for verb, row, given in values)
    parameters = {
        _name(number, column): value
        for number, (_, _, given) in enumerate(values)
        for column, value in given.items()
    }
    with session.no_autoflush:
        ids = session.execute(_statement(shape), parameters).one()[1:]
        session.dispatch.after_flush(session, None)
    for row, row_id in zip(new, ids, strict=True):
        make_transient(row)
        set_committed_value(row, "id", row_id)
        make_transient_to_detached(row)
        session.add(row)
    for row in changed:
        for name, value in _changes(row).items():
            set_committed_value(row, name, value)
    for row in deleted:
        make_transient(row)


def inserted(row: Base) -> dict[str, Any]:
    """The values of a new row by column, which gets its columns' defaults."""
    given = inspect(row).dict
    for column in _table(type(row)).columns:
        default: Any = column.default
        if given.get(column.key) is None and default is not None and column.identity is None:
            made = default.arg(None) if default.is_callable else default.arg
            set_committed_value(row, column.key, made)
    return {
        column.key: given.get(column.key)
        for column in _table(type(row)).columns
        if given.get(column.key) is not None or column.server_default is None
    }


def insertion(kind: type[Base], number: int = 0) -> CTE:
    """The part of another statement that inserts a row with all its columns, and their names there."""
    table = _table(kind)
    return _part(number, ("insert", table, tuple(table.columns.keys())))


def named(row: Base, number: int = 0) -> dict[str, Any]:
    """The parameters of ``insertion``."""
    values = inserted(row)
    columns = _table(type(row)).columns
    return {_name(number, column.key): values.get(column.key) for column in columns}


@lru_cache(maxsize=64)
def _statement(shape: tuple[Part, ...]) -> Select[Any]:
    """Built once for each set of rows that is written together: building takes longer than sending."""
    parts = [_part(number, part) for number, part in enumerate(shape)]
    inserts = [one for one, (verb, _, _) in zip(parts, shape, strict=True) if verb == "insert"]
    others = [one for one in parts if one not in inserts]
    ids = [select(one.c.id).scalar_subquery() for one in inserts]
    return select(literal(1), *ids).add_cte(*others)


def _part(number: int, part: Part) -> CTE:
    verb, table, columns = part
    values = {
        column: bindparam(_name(number, column), type_=table.c[column].type)
        for column in columns
        if column != "id" or verb == "insert"
    }
    mine = table.c.id == bindparam(_name(number, "id"), type_=table.c.id.type)
    if verb == "insert":
        return insert(table).values(values).returning(table.c.id).cte(f"part_{number}")
    if verb == "update":
        changing = update(table).where(mine).values(values)
        return changing.returning(table.c.id).cte(f"part_{number}")
    return delete(table).where(mine).returning(table.c.id).cte(f"part_{number}")


def _table(kind: type[Base]) -> Table:
    return cast("Table", kind.__table__)


def _name(number: int, column: str) -> str:
    return f"row_{number}_{column}"


def _changes(row: Base) -> dict[str, Any]:
    """The columns that have another value than in the database, by name."""
    state = inspect(row)
    return {
        name: state.dict[name]
        for name, before in state.committed_state.items()
        if name in state.dict and state.dict[name] != before
    }
