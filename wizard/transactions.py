"""When a transaction begins: with the first statement that changes, locks or may do more than read.

Under READ COMMITTED every statement sees what was committed when it began, inside a transaction as
outside of it. For pages that only read, BEGIN and ROLLBACK are two round trips of three, and a connection
that waits inside a transaction holds back vacuum and migrations.
"""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event

# Names before a parenthesis in a statement that only reads. Any other may write or lock, and begins a
# transaction, as does whatever is no plain SELECT.
HARMLESS = frozenset(
    """
    all and any array array_agg as avg bool_or by cast coalesce concat count date_trunc distinct exists
    extract filter from greatest in join lateral least left length like lower max min not nullif on or over
    position row row_number select starts_with substr substring sum then trim unnest upper using values
    varchar when where
    """.split()  # noqa: SIM905 -- forty lines would say no more
)
CALLED = re.compile(r"([\w\"]+)\s*\(")  # a quoted name is nobody's that is known
ASKED_ALONE = "explain (format json) "  # the plan of what follows, which is not carried out
MORE = re.compile(r"\bfor (no key )?(update|share|key share)\b|\binto\b")


def begin_when_needed(engine: Engine) -> None:
    """Let every transaction of this engine begin with its first statement that does more than read."""
    event.listen(engine, "begin", _only_read)
    event.listen(engine, "before_cursor_execute", _begin_unless_it_only_reads)


def begin(connection: Connection) -> None:
    """Begin now, for what is sent past SQLAlchemy."""
    line: Any = connection.connection.dbapi_connection
    if line.autocommit and not _commits_itself(connection):
        line.autocommit = False


@lru_cache(maxsize=4096)
def only_reads(statement: str) -> bool:
    """True for a SELECT, or its plan, that locks and makes nothing, and calls only what is known to be harmless."""
    words = statement.strip().lower().removeprefix(ASKED_ALONE)
    return (
        words.startswith("select")
        and not MORE.search(words)
        and HARMLESS.issuperset(CALLED.findall(words))
    )


def _commits_itself(connection: Connection) -> bool:
    return connection.get_execution_options().get("isolation_level") is not None


def _only_read(connection: Connection) -> None:
    line: Any = connection.connection.dbapi_connection
    if not line.autocommit and not _commits_itself(connection):
        line.autocommit = True


def _begin_unless_it_only_reads(
    connection: Connection, cursor: Any, statement: str, *_rest: Any
) -> None:
    by_name = getattr(cursor, "name", None)  # a server's cursor lives in a transaction
    if cursor.connection.autocommit and (by_name or not only_reads(statement)):
        begin(connection)
