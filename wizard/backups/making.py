"""Makes a backup: the whole database as it was at one moment, while everybody works."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from psycopg.errors import UndefinedTable
from sqlalchemy import Connection, Engine, column, func, inspect, select, table, text
from sqlalchemy.exc import ProgrammingError

from wizard.backups import archive, programs
from wizard.backups.archive import Manifest
from wizard.backups.errors import BackupError
from wizard.backups.key_marks import marks
from wizard.migrations import fitness
from wizard.models import Base, now
from wizard.services.crypto.vault import SEALED


def create(engine: Engine, ring: Mapping[str, bytes], path: Path) -> Manifest:
    """Write a backup to ``path``, where nothing may be; ``ring`` are the token keys. Raises BackupError.

    One snapshot is read by the dump and by what counts the rows, so that a restored copy can be held to them.
    """
    server = server_version(engine)
    found = programs.find(engine.url, server)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        try:
            schema = connection.scalar(text(fitness.SCHEMA))
        except ProgrammingError as error:
            if not isinstance(error.orig, UndefinedTable):
                raise
            raise BackupError(
                "Databasen har inga tabeller, så det finns inget att spara. Kör flask db upgrade."
            ) from None
        snapshot = str(connection.scalar(text("select pg_export_snapshot()")))
        manifest = Manifest(
            made_at=now().isoformat(timespec="seconds"),
            revision=schema["version_num"],
            server=server,
            keys=_keys(connection, ring),
            rows=rows(connection),
        )
        archive.write(path, manifest, lambda into: found.dump(snapshot, into))
    return manifest


def rows(connection: Connection) -> dict[str, int]:
    """The number of rows of each of our tables that is there: a schema may be older than the code."""
    connection.execute(text("set local statement_timeout to 0"))
    there = set(inspect(connection).get_table_names("public"))
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0
        for name, table in sorted(Base.metadata.tables.items())
        if name in there
    }


def server_version(engine: Engine) -> int:
    """The major version of the database's server."""
    with engine.connect() as connection:
        number = connection.scalar(text("show server_version_num"))
    if not number:
        raise BackupError("Databasen säger inte vilken version den är.")
    return int(number) // 10_000


def _keys(connection: Connection, ring: Mapping[str, bytes]) -> dict[str, tuple[int, str]]:
    """How many secrets are under each key, in the columns that are there."""
    known, found, looked = marks(ring), Counter[str](), inspect(connection)
    for name, fields in SEALED.items():
        there = {one["name"] for one in looked.get_columns(name, "public")}
        for field in there & set(fields):
            sealed = table(name, column(field)).c[field]
            key = func.split_part(sealed, ".", 1)
            counted = select(key, func.count()).where(sealed.is_not(None)).group_by(key)
            found.update({row[0]: row[1] for row in connection.execute(counted)})
    return {name: (number, known.get(name, "")) for name, number in found.items()}
