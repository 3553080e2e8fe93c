"""Background work."""

import click
from flask import current_app
from flask.cli import AppGroup

from wizard.extensions import database
from wizard.jobs import worker
from wizard.services import heartbeat

SORTS = {
    "check": "kontroll av en koppling",
    "refresh": "förnyelse av nycklar",
    "revocation": "återlämnande av en behörighet",
    "trip": "ett försök att koppla",
    "letter": "ett mejl",
    "webhook": "en webhook",
}

jobs = AppGroup("jobs", help="Background work.")


@jobs.command()
def work() -> None:
    """Do background work until told to stop; any number of machines may."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


@jobs.command()
def status() -> None:
    """Say whether the background service answers; exit 1 when it does not, or is far behind."""
    pulse = heartbeat.pulse(database.session)
    if pulse.is_alive:
        click.echo(f"Bakgrundstjänsten svarade för {pulse.seconds} s sedan.")
        click.echo(f"Maskiner som arbetar: {pulse.workers}")
    for sort, waited in pulse.waiting.items():
        click.echo(f"Väntar: {SORTS[sort]}, i {int(waited.total_seconds())} s")
    if not pulse.is_alive:
        raise click.ClickException("Ingen bakgrundstjänst är igång. Starta den: flask jobs work")
    if pulse.late:
        raise click.ClickException("Bakgrundstjänsten ligger efter.")
