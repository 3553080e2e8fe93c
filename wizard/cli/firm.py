"""Accounting firms."""

import click
from flask.cli import AppGroup

from wizard.cli.errors import in_words
from wizard.extensions import database
from wizard.services import firms

firm = AppGroup("firm", help="Accounting firms.")


@firm.command()
@click.option("--name", required=True, help="The firm's name.")
@click.option("--contact-name", required=True, help="Whom its clients may call.")
@click.option("--contact-email", required=True, help="That person's e-mail address.")
@click.option("--contact-phone", required=True, help="That person's telephone number.")
@in_words
def create(name: str, contact_name: str, contact_email: str, contact_phone: str) -> None:
    """Add a firm, with the person its clients may call."""
    made = firms.create_firm(
        database.session,
        name=name,
        contact_name=contact_name,
        contact_email=contact_email,
        contact_phone=contact_phone,
    )
    click.echo(f"Byrån {made.name} är skapad.")
