"""Commands for accounting firms."""

from pathlib import Path

import click

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.services.accounts import firms, identity_providers, logos

firm = Commands("firm", help="Accounting firms.")


@firm.command()
@click.option("--name", required=True, help="The firm's name.")
@click.option("--contact-name", required=True, help="Whom its clients may call.")
@click.option("--contact-email", required=True, help="That person's e-mail address.")
@click.option("--contact-phone", required=True, help="That person's telephone number.")
def create(name: str, contact_name: str, contact_email: str, contact_phone: str) -> None:
    """Add a firm, with the contact for its clients."""
    made = firms.create_firm(
        database.session,
        name=name,
        contact_name=contact_name,
        contact_email=contact_email,
        contact_phone=contact_phone,
    )
    click.echo(f"Byrån {made.name} är skapad.")


@firm.command()
@click.option("--name", required=True, help="The firm's name.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A PNG or JPEG picture of 1 MB at most; without it the logo is removed.",
)
def logo(name: str, path: Path | None) -> None:
    """Set or remove the logo that a firm's clients see."""
    found = firms.find_firm(database.session, name)
    if path is None:
        logos.remove_logo(database.session, found)
        click.echo(f"Byrån {found.name} har ingen logotyp.")
        return
    with path.open("rb") as file:
        logos.set_logo(database.session, found, file.read(logos.LARGEST_BYTES + 1))
    click.echo(f"Byrån {found.name} har en logotyp.")


@firm.command()
@click.option("--name", required=True, help="The firm's name.")
@click.option("--on/--off", required=True, help="Off: its people sign in by their provider alone.")
def passwords(name: str, on: bool) -> None:
    """Let a firm's people sign in with passwords, or not; off ends the sessions that passwords began."""
    found = firms.find_firm(database.session, name)
    identity_providers.switch_passwords(database.session, found, on=on)
    with_or_without = "med lösenord" if on else "bara med sin leverantör"
    click.echo(f"De som hör till {found.name} loggar in {with_or_without}.")
