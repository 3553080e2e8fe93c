"""Looks a backup through, restores it into an empty database, and lets a restored copy be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text, true
from sqlalchemy.orm import Session

from wizard.backups import archive, programs
from wizard.backups.archive import Manifest
from wizard.backups.errors import BackupError
from wizard.backups.key_marks import lacking
from wizard.backups.making import rows, server_version
from wizard.migrations import fitness
from wizard.models import AuditAction
from wizard.services.accounts import sessions
from wizard.services.audit.trail import record

NOT_EMPTY = text(
    "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'"
)


@dataclass(frozen=True)
class Found:
    """A backup that is whole, and the names of the token keys that it needs and that are not here."""

    manifest: Manifest
    lacking: list[str]


def verify(engine: Engine, ring: Mapping[str, bytes], path: Path) -> Found:
    """Read all of a backup. Raises BackupError if it is damaged. The database is asked for its version alone."""
    with archive.opened(path) as (manifest, dump):
        programs.find(engine.url, max(manifest.server, server_version(engine))).read_through(dump)
        return Found(manifest, lacking(manifest.keys, ring))


def restore(engine: Engine, ring: Mapping[str, bytes], path: Path) -> Found:
    """Restore a backup into an empty database, where it is held until `take_over`. Raises BackupError.

    Either all is there afterwards, or the database is as empty as before.
    """
    with archive.opened(path) as (manifest, dump):
        server = server_version(engine)
        _demand_fit(manifest, server)
        _demand_empty(engine)
        programs.find(engine.url, server).restore(dump)
    with engine.begin() as connection:
        fitness.hold(connection)
    with engine.connect() as connection:
        found = rows_there(manifest, rows(connection))
    if found != manifest.rows:
        other = sorted(name for name in manifest.rows if manifest.rows[name] != found.get(name))
        raise BackupError(
            f"Återställningen fick andra antal rader än säkerhetskopian har ({', '.join(other)}). "
            "Använd inte databasen: töm den, och återställ igen."
        )
    return Found(manifest, lacking(manifest.keys, ring))


def rows_there(manifest: Manifest, found: Mapping[str, int]) -> dict[str, int]:
    """Of what was found, the tables that the backup has too."""
    return {name: number for name, number in found.items() if name in manifest.rows}


def demand_copy(session: Session) -> None:
    """Raises BackupError unless the database is a copy that the code fits."""
    schema = session.scalar(text(fitness.SCHEMA))
    if misfit := fitness.misfit_of_revisions(schema):
        raise BackupError(misfit)
    if not fitness.is_copy(schema):
        raise BackupError("Databasen är ingen kopia, och används redan som den är.")


def take_over(session: Session) -> int:
    """Let a copy be used in place of the original, which has stopped. Commits.

    Everybody is signed out: sessions that had ended since the backup was made would live again. Returns
    how many. Raises BackupError if the database is no copy.
    """
    demand_copy(session)
    ended = sessions.end(session, true())
    fitness.settle(session.connection())
    record(session, AuditAction.BULK_DONE, after={"done": "copy_took_over", "number": ended})
    session.commit()
    return ended


def _demand_fit(manifest: Manifest, server: int) -> None:
    newest = fitness.newest_revision()
    if manifest.revision > newest:
        raise BackupError(
            f"Säkerhetskopian har ett nyare schema ({manifest.revision}) än den här koden ({newest}). "
            "Återställ med den version som gjorde den, eller en senare."
        )
    if manifest.server > server:
        raise BackupError(
            f"Säkerhetskopian är från PostgreSQL {manifest.server}, och databasen är {server}. "
            "Återställ till en som inte är äldre."
        )


def _demand_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        number = connection.scalar(NOT_EMPTY)
    if number:
        raise BackupError(
            "Databasen är inte tom, och en säkerhetskopia återställs bara till en tom. "
            "Skapa en ny databas, och ange den i WIZARD_DATABASE_URL."
        )
