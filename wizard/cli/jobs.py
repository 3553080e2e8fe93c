"""Commands for background work."""

import click
from flask import current_app

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.jobs import worker
from wizard.services.upkeep import heartbeat

SORTS = {
    "check": "kontroll av en koppling",
    "refresh": "förnyelse av nycklar",
    "revocation": "återlämnande av en behörighet",
    "authorization": "ett försök att koppla",
    "letter": "ett mejl",
    "webhook": "en webhook",
}

jobs = Commands("jobs", help="Background work.")


@jobs.command(any_schema=True)  # it waits for one that fits
def work() -> None:
    """Run background jobs until stopped; several machines can do so at once."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


@jobs.command()
def status() -> None:
    """Print whether the worker answers; exit 1 if it does not or is far behind."""
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
