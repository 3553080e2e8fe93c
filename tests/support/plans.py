"""PostgreSQL's query plans."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


def plan(session: Session, read: Callable[[], object]) -> str:
    """The plan of the last statement that ``read`` sends."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    read()
    event.remove(engine, "before_cursor_execute", note)
    statement, parameters = sent[-1]
    lines = session.connection().exec_driver_sql(f"explain {statement}", parameters)
    return "\n".join(line for (line,) in lines)
