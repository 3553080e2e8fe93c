"""flask commands: thin, each calls one service."""

import click
from alembic import command
from babel.messages.frontend import CommandLineInterface
from flask import Flask, current_app
from flask.cli import AppGroup

from wizard import migrations
from wizard.config import ROOT
from wizard.extensions import database
from wizard.jobs import worker

db = AppGroup("db", help="The database's schema.")
jobs = AppGroup("jobs", help="Background work.")
translations = AppGroup("translations", help="The catalogues of words.")

CATALOGUES = ROOT / "translations"
TEMPLATE = str(CATALOGUES / "messages.pot")


def init_app(app: Flask) -> None:
    """Give an application its commands."""
    for group in (db, jobs, translations):
        app.cli.add_command(group)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date."""
    migrations.upgrade(database.engine)


@db.command("check")
def db_check() -> None:
    """Fail when the models say something that no revision says."""
    command.check(migrations.configuration(database.engine))


@db.command("revision")
@click.argument("message")
def db_revision(message: str) -> None:
    """Write a new revision from the difference between the models and the database."""
    existing = len(list((ROOT / "wizard/migrations/versions").glob("*.py")))
    command.revision(
        migrations.configuration(database.engine),
        message,
        autogenerate=True,
        rev_id=f"{existing + 1:04}",
    )


@jobs.command("work")
def jobs_work() -> None:
    """Do background work until told to stop; any number of machines may."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


@translations.command("update")
def translations_update() -> None:
    """Gather the messages from the code and bring every catalogue up to date."""
    _extract()
    _pybabel("update", *UPDATE)


@translations.command("compile")
def translations_compile() -> None:
    """Compile the catalogues for use."""
    _pybabel("compile", "-d", str(CATALOGUES))


@translations.command("check")
def translations_check() -> None:
    """Fail when a catalogue misses a message or holds one that nothing uses."""
    _extract()
    _pybabel("update", *UPDATE, "--check")


UPDATE = ("-i", TEMPLATE, "-d", str(CATALOGUES), "--no-fuzzy-matching", "--ignore-obsolete")


def _extract() -> None:
    mapping = str(CATALOGUES / "babel.cfg")
    _pybabel(
        "extract",
        "-F",
        mapping,
        "--no-location",
        "--omit-header",
        "-k",
        "lazy",
        "-o",
        TEMPLATE,
        str(ROOT),
    )


def _pybabel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "-q", *arguments])  # type: ignore[no-untyped-call]
