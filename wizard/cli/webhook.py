"""Commands for webhook receivers."""

import click

from wizard.cli.groups import Commands
from wizard.extensions import database, settings, vault
from wizard.models import WebhookType
from wizard.services.accounts import firms
from wizard.services.webhooks import receivers
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes
from wizard.webhooks.receiver_urls import clean_url
from wizard.webhooks.sending import try_out
from wizard.wiring.webhooks import delivery_context

webhook = Commands("webhook", help="Receivers of webhooks.")
WORDS = [kind.value for kind in SUBSCRIBABLE]


@webhook.command()
@click.option("--firm", "firm_name", required=True, help="The firm it is told of.")
@click.option("--url", required=True, help="Where messages go; https.")
@click.option("--description", required=True, help="What the receiver is.")
@click.option("--type", "types", multiple=True, type=click.Choice(WORDS), help="Else everything.")
def create(firm_name: str, url: str, description: str, types: tuple[str, ...]) -> None:
    """Create a receiver. Prints only its signing secret to standard output."""
    firm = firms.find_firm(database.session, firm_name)
    address = clean_url(url, local=settings.webhook_local)
    wishes = Wishes(address, description, [WebhookType(word) for word in types or WORDS])
    made = receivers.create(database.session, vault, firm, wishes)
    click.echo(receivers.show_secret(database.session, vault, made))


@webhook.command("test")
@click.argument("receiver_id")
def test_receiver(receiver_id: str) -> None:
    """Send a test to a receiver, by the id in its page's address, and say whether it was accepted."""
    found = receivers.find(database.session, receiver_id)
    if found is None:
        raise click.ClickException("Det finns ingen mottagare med det id:t.")
    answer = try_out(database.session, delivery_context(), found)
    if not answer.outcome.is_success:
        said = answer.status or "inget svar"
        raise click.ClickException(f"Provet togs inte emot: {answer.outcome.value} ({said}).")
    took = answer.milliseconds
    click.echo(f"Mottagaren tog emot provet: den svarade {answer.status} på {took} ms.")
