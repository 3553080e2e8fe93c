"""flask doctor: one line for each thing that has to be well, with what to do when it is not."""

import click
from flask import current_app
from flask.cli import with_appcontext

from wizard.cli.doctor import inside, outside
from wizard.cli.doctor.findings import Look, Word, look_at_all

LOOKS: dict[str, Look] = {
    "Inställningar": inside.of_settings,
    "Databas": inside.of_database,
    "Klocka": inside.of_clock,
    "Schema": inside.of_schema,
    "Bakgrundstjänst": inside.of_worker,
    "Kö": inside.of_queue,
    "Mejl": outside.of_mail,
    "Återadress hos Visma": outside.of_callback,
    "Egen adress": outside.of_own_address,
    "Nycklar": inside.of_keys,
    "Anslutningar": inside.of_connections,
    "Disk": inside.of_disk,
}


@click.command()
@click.option("--no-mail", is_flag=True, help="Send no letter to try the mail server.")
@with_appcontext
def doctor(*, no_mail: bool) -> None:
    """Say whether this installation is well, a line for each thing; exit 1 if something is wrong."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    looks = {**LOOKS, "Mejl": inside.of_mail} if no_mail else LOOKS
    found = look_at_all(app, looks)
    for name, finding in found.items():
        click.echo(f"{finding.word.value:<4}{name}: {finding.text}")
    number = sum(finding.word is Word.WRONG for finding in found.values())
    if number:
        raise click.ClickException(f"{number} av {len(found)} är fel.")
