"""Whether this code can work on the database: does the schema fit, and is it the database it was made in?

Beside alembic's revision stands the oldest code that the schema serves, so that web servers of the
version before go on while `flask db upgrade` has run. Its home stands there too: the server and database
where the data belong. Whatever has been copied to another place has a home that is not here, and is held
until somebody says that the original has stopped: two that refresh the same grants end them.
"""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, text

VERSIONS = Path(__file__).parent / "versions"
HERE = (
    "(select control.system_identifier || '/' || base.oid from pg_control_system() control, "
    "pg_database base where base.datname = current_database())"
)
FOUND = f"to_jsonb(v) || jsonb_build_object('here', {HERE})"  # whichever columns the row has
SCHEMA = f"select {FOUND} from public.alembic_version v"  # noqa: S608 -- our own words
SETTLE = f"update public.alembic_version set home = {HERE}"  # noqa: S608 -- our own words
COLUMN = "alter table public.alembic_version add column if not exists home text"
HELD = (
    "Databasen är en kopia: återställd ur en säkerhetskopia, eller flyttad. Originalet får inte vara "
    "igång samtidigt, för två som förnyar samma behörigheter avslutar dem. När det är stoppat för gott: "
    "flask backup take-over --original-is-stopped."
)


def newest_revision() -> str:
    """The revision that this code was written for; its files are named by their numbers."""
    return max(path.name for path in VERSIONS.glob("[0-9]*.py"))[:4]


def misfit(schema: Mapping[str, str] | None, code: str | None = None) -> str | None:
    """What stands in the way, as a Swedish sentence; None if the database can be used.

    ``schema`` is the answer to SCHEMA, None for a database without tables.
    """
    wrong = misfit_of_revisions(schema, code)
    return HELD if not wrong and schema and is_copy(schema) else wrong


def misfit_of_revisions(schema: Mapping[str, str] | None, code: str | None = None) -> str | None:
    """The same, of schema and code alone: None for a copy that is held as well."""
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


def is_copy(schema: Mapping[str, str]) -> bool:
    """Whether the data belong elsewhere, by an answer to SCHEMA."""
    home = schema.get("home")
    return home is not None and home != schema.get("here")


def record_home(connection: Connection) -> None:
    """Note where the data belong, where that is not noted: here."""
    connection.execute(text(COLUMN))
    connection.execute(text(f"{SETTLE} where home is null"))


def hold(connection: Connection) -> None:
    """Let nobody use the data here until `settle` is called."""
    connection.execute(text(COLUMN))
    connection.execute(text("update public.alembic_version set home = 'held'"))


def settle(connection: Connection) -> None:
    """Note that the data belong here."""
    connection.execute(text(SETTLE))
