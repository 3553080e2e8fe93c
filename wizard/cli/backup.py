"""Commands for backups of the database."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import ProgrammingError

from wizard.backups import making, restoring
from wizard.backups.archive import Manifest
from wizard.backups.errors import BackupError
from wizard.backups.restoring import Found
from wizard.cli.groups import Commands
from wizard.extensions import database, settings
from wizard.migrations import fitness
from wizard.models import AuditAction
from wizard.services.audit.trail import record
from wizard.setting_values import token_key_ring

Answer = TypeVar("Answer")
FILE = click.argument("file", type=click.Path(path_type=Path))
KEYS = (
    "Spara WIZARD_TOKEN_KEYS för sig, på ett annat ställe än säkerhetskopian: utan nycklarna går "
    "ingen koppling att läsa igen, och med båda kan vem som helst läsa dem."
)
AGED = (
    "Det som hände efter säkerhetskopian är borta. Behörigheter som har förnyats sedan dess läks eller "
    "säger Behöver förnyas. Det som har stängts eller dragits in sedan dess gäller igen: gå igenom "
    "konton, nycklar till API:et och frånkopplade företag."
)

backup = Commands("backup", help="Backups of the database.", any_schema=True)


@backup.command()
@FILE
def create(file: Path) -> None:
    """Write a backup of the whole database to FILE, while everybody works."""
    made = _told(lambda: making.create(database.engine, _ring(), file))
    after = {"done": "backup_made", "number": sum(made.rows.values())}
    record(database.session, AuditAction.BULK_DONE, after=after)
    database.session.commit()
    click.echo(f"{file}: {_inside(made)}")
    click.echo(KEYS)


@backup.command()
@FILE
def verify(file: Path) -> None:
    """Read all of FILE; exit 1 if it is damaged, or a token key that it needs is not here."""
    found = _told(lambda: restoring.verify(database.engine, _ring(), file))
    click.echo(f"{file} är hel: {_inside(found.manifest)}")
    _demand_keys(found)


@backup.command()
@FILE
def restore(file: Path) -> None:
    """Restore FILE into the database of the settings, which must be empty. Nobody uses it until take-over."""
    found = _told(lambda: restoring.restore(database.engine, _ring(), file))
    click.echo(f"Återställd: {_inside(found.manifest)}")
    click.echo(AGED)
    if found.manifest.revision < fitness.newest_revision():
        click.echo("Schemat är äldre än koden: kör flask db upgrade.")
    click.echo(
        "Inget startar på den återställda databasen förrän du har kört "
        "flask backup take-over --original-is-stopped."
    )
    _demand_keys(found)


@backup.command("take-over")
@click.option("--original-is-stopped", "stopped", is_flag=True, help="It is, and stays so.")
def take_over(stopped: bool) -> None:
    """Let a restored or moved copy of the database be used. Signs everybody out."""
    _told(lambda: restoring.demand_copy(database.session))
    if not stopped:
        raise click.ClickException(
            "Stoppa först originalets webb och arbetare, så att de aldrig startar igen: två som förnyar "
            "samma behörigheter avslutar dem. Kör sedan med --original-is-stopped."
        )
    ended = _told(lambda: restoring.take_over(database.session))
    click.echo(
        f"Kopian är nu originalet. {ended} inloggningar är avslutade. Starta webb och arbetare."
    )


@backup.command()
def hold() -> None:
    """Let nobody use this database until take-over: for a copy that was made by other means."""
    try:
        with database.engine.begin() as connection:
            fitness.hold(connection)
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable):
            raise
        raise click.ClickException(
            "Databasen har inga tabeller än. Kör flask db upgrade."
        ) from None
    click.echo(fitness.HELD)


def _told(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except BackupError as error:
        raise click.ClickException(str(error)) from None


def _ring() -> dict[str, bytes]:
    return token_key_ring(settings.token_keys)


def _inside(manifest: Manifest) -> str:
    told = {"connections": "kopplingar", "companies": "företag", "users": "konton"}
    numbers = ", ".join(f"{manifest.rows.get(name, 0)} {word}" for name, word in told.items())
    keys = ", ".join(sorted(manifest.keys)) or "inga"
    return f"gjord {manifest.made_at}, {numbers}, nycklar: {keys}."


def _demand_keys(found: Found) -> None:
    if found.lacking:
        raise click.ClickException(
            f"Nyckeln {' och '.join(found.lacking)} saknas i WIZARD_TOKEN_KEYS, eller är en annan där, "
            "och det som den har förseglat går inte att öppna. Lägg in den, sist i listan."
        )
