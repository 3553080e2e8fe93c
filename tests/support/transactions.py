"""The statements that requests send, and checks that they leave no open transaction."""

import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from flask import Flask, g
from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session

from wizard.plain_reads import PlainRead

WRITTEN = "written"
First = Callable[[PlainRead, Engine, Mapping[str, Any]], Any]
IN = re.compile(r"\bIN \((?=SELECT\b)", re.IGNORECASE)


class Statements(list[str]):
    """The statements sent during the block, in order."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._plain = patch.object(PlainRead, "first", self._noting(PlainRead.first))

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._note)
        self._plain.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)
        self._plain.stop()

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.append(statement)

    def _noting(self, first: First) -> First:
        """What is sent past SQLAlchemy's events counts too."""

        def noting(read: PlainRead, engine: Engine, values: Mapping[str, Any]) -> Any:
            if engine is self._engine:
                self.append(str(read.statement))
            return first(read, engine, values)

        return noting


def guard(app: Flask) -> None:
    """Record every request that ends with uncommitted writes."""
    sessions = app.extensions["sessions"]
    event.listen(sessions, "after_flush", _flushed)
    event.listen(sessions, "do_orm_execute", _executed)
    event.listen(sessions, "after_commit", _settled)
    event.listen(sessions, "after_rollback", _settled)
    event.listen(app.extensions["engine"], "before_cursor_execute", _refuse_choice_in_place)
    app.extensions["left_undone"] = []
    app.teardown_appcontext(lambda _error: _look(app))


def picks_in_place(statement: str) -> bool:
    """True if an IN (…) of the statement itself limits and locks rows: see ``concurrency/picking.py``."""
    for begun in IN.finditer(statement):
        depth, at = 1, begun.end()
        while depth and at < len(statement):
            depth += {"(": 1, ")": -1}.get(statement[at], 0)
            at += 1
        inner = statement[begun.end() : at].upper()
        if "FOR UPDATE" in inner and "LIMIT" in inner:
            return True
    return False


def left_undone(app: Flask) -> list[str]:
    """The requests with uncommitted writes since the last call."""
    found: list[str] = app.extensions["left_undone"]
    app.extensions["left_undone"] = []
    return found


def _refuse_choice_in_place(_line: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    assert "SKIP LOCKED" not in statement or not picks_in_place(statement), statement


def _flushed(session: Session, _context: object) -> None:
    session.info[WRITTEN] = True


def _executed(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info[WRITTEN] = True


def _settled(session: Session) -> None:
    session.info.pop(WRITTEN, None)


def _look(app: Flask) -> None:
    session: Session | None = g.get("session")
    if session is None:
        return
    pending = [*session.new, *session.dirty, *session.deleted]
    if pending:
        app.extensions["left_undone"].append(f"not flushed: {pending}")
    if WRITTEN in session.info:
        app.extensions["left_undone"].append("written, not committed")
