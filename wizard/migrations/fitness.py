"""Whether the database's schema and this code can work together.

Beside alembic's revision the schema records the oldest code that it serves, so that web servers of the
version before go on while `flask db upgrade` has run.
"""

from collections.abc import Mapping
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

VERSIONS = Path(__file__).parent / "versions"
SCHEMA = "select to_jsonb(v) from public.alembic_version v"  # whichever columns it has


def newest_revision() -> str:
    """The revision that this code was written for; its files are named by their numbers."""
    return max(path.name for path in VERSIONS.glob("[0-9]*.py"))[:4]


def misfit(schema: Mapping[str, str] | None, code: str | None = None) -> str | None:
    """What stands in the way, as a Swedish sentence; None if they fit.

    ``schema`` is the answer to SCHEMA, None for a database without tables.
    """
    code = code or newest_revision()
    revision = schema["version_num"] if schema else "ingen"
    if schema is None or revision < code:
        return (
            f"Databasens schema är för gammalt ({revision}) för den här koden ({code}). "
            "Kör flask db upgrade."
        )
    oldest = schema.get("oldest_code") or revision
    if code < oldest:
        return (
            f"Databasens schema ({revision}) är för nytt för den här koden ({code}): det kräver minst "
            f"{oldest}. Starta den nya koden; dess flask db upgrade är redan körd."
        )
    return None


def record_oldest_code(connection: Connection, scripts: ScriptDirectory) -> None:
    """Note beside the revision the oldest code that it serves: what its file says, else itself alone."""
    revision = connection.scalar(text("select version_num from alembic_version"))
    if revision is None:
        return
    serves = getattr(scripts.get_revision(revision).module, "serves", revision)
    connection.execute(
        text("alter table alembic_version add column if not exists oldest_code text")
    )
    connection.execute(text("update alembic_version set oldest_code = :it"), {"it": serves})
