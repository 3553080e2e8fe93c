"""Commands for the database's schema."""

import click
from alembic import command

from wizard import lines
from wizard.cli.groups import Commands
from wizard.config import ROOT
from wizard.extensions import database, vault
from wizard.migrations import running

db = Commands("db", help="The database's schema.", any_schema=True)


@db.command()
def upgrade() -> None:
    """Migrate the schema to the newest revision."""
    if lines.shares_sessions(database.engine.url):
        raise click.ClickException(lines.SHARED)
    if (found := lines.encoding(database.engine.url)) != "UTF8":
        raise click.ClickException(
            f"Databasen har teckenkodningen {found}, och där ryms inte svenska. Skapa en ny: "
            "createdb --encoding=UTF8 --template=template0."
        )
    try:
        running.upgrade(database.engine, vault)
    except running.KeyMissingError as error:
        raise click.ClickException(
            f"Nyckeln {error.name} saknas i WIZARD_TOKEN_KEYS, och den har förseglat hemligheter som ska "
            "flyttas. Inget är ändrat. Lägg tillbaka nyckeln och kör kommandot igen."
        ) from error


@db.command()
def check() -> None:
    """Exit 1 if the models differ from the newest revision."""
    command.check(running.configuration(database.engine))


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Generate a revision from the difference between the models and the database."""
    existing = len(list((ROOT / "wizard/migrations/versions").glob("*.py")))
    command.revision(
        running.configuration(database.engine),
        message,
        autogenerate=True,
        rev_id=f"{existing + 1:04}",
    )
