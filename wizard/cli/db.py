"""The database's schema."""

import click
from alembic import command
from flask.cli import AppGroup

from wizard import migrations
from wizard.config import ROOT
from wizard.extensions import database

db = AppGroup("db", help="The database's schema.")


@db.command()
def upgrade() -> None:
    """Bring the schema up to date."""
    migrations.upgrade(database.engine)


@db.command()
def check() -> None:
    """Fail when the models say something that no revision says."""
    command.check(migrations.configuration(database.engine))


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a new revision from the difference between the models and the database."""
    existing = len(list((ROOT / "wizard/migrations/versions").glob("*.py")))
    command.revision(
        migrations.configuration(database.engine),
        message,
        autogenerate=True,
        rev_id=f"{existing + 1:04}",
    )
