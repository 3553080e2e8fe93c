"""PostgreSQL's query plans."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


def statements(session: Session, read: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements that ``read`` sends, each with its parameters."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    read()
    event.remove(engine, "before_cursor_execute", note)
    return sent


def plan(session: Session, read: Callable[[], object]) -> str:
    """The plan of the last statement that ``read`` sends."""
    statement, parameters = statements(session, read)[-1]
    lines = session.connection().exec_driver_sql(f"explain {statement}", parameters)
    return "\n".join(line for (line,) in lines)
