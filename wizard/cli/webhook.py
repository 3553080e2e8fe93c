"""Receivers of webhooks."""

import click
from flask.cli import AppGroup

from wizard.cli.errors import in_words
from wizard.extensions import database, settings, vault
from wizard.models import WebhookType
from wizard.services import firms, webhook_receivers
from wizard.services.webhook_receivers import SUBSCRIBABLE, Wishes
from wizard.webhooks.addresses import clean_url

webhook = AppGroup("webhook", help="Receivers of webhooks.")
WORDS = [kind.value for kind in SUBSCRIBABLE]


@webhook.command()
@click.option("--firm", "firm_name", required=True, help="The firm it is told of.")
@click.option("--url", required=True, help="Where messages go; https.")
@click.option("--description", required=True, help="What the receiver is.")
@click.option("--type", "types", multiple=True, type=click.Choice(WORDS), help="Else everything.")
@in_words
def create(firm_name: str, url: str, description: str, types: tuple[str, ...]) -> None:
    """Make a receiver, and print the secret that signs; nothing else goes to standard output."""
    firm = firms.find_firm(database.session, firm_name)
    address = clean_url(url, local=settings.webhook_local)
    wishes = Wishes(address, description, [WebhookType(word) for word in types or WORDS])
    made = webhook_receivers.create(database.session, vault, firm, wishes)
    click.echo(webhook_receivers.show_secret(database.session, vault, made))
