"""Commands for API keys."""

import click

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.services.accounts import firms
from wizard.services.api import api_keys

key = Commands("key", help="The platform's keys to the API.")


@key.command()
@click.option("--firm", "firm_name", required=True, help="The firm whose things it opens.")
@click.option("--name", required=True, help="What it is for.")
def create(firm_name: str, name: str) -> None:
    """Create an API key. Prints only the key to standard output, this once."""
    firm = firms.find_firm(database.session, firm_name)
    click.echo(api_keys.create(database.session, firm, name, None).secret)


@key.command("list")
def list_() -> None:
    """List API keys, newest first: id, beginning, firm, name, last use."""
    after: str | None = ""
    while after is not None:
        page = api_keys.list_page(database.session, after)
        for found in page.rows:
            used = f"{found.last_used_at:%Y-%m-%d %H:%M}" if found.last_used_at else "–"
            state = "återkallad" if found.revoked_at else used
            click.echo(
                f"{found.public_id}  {found.beginning}…  {found.firm.name}  {found.name}  {state}"
            )
        after = page.next_cursor


@key.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke a key, by the id that `flask key list` prints."""
    ended = api_keys.revoke(database.session, key_id, None)
    click.echo(f"Nyckeln {ended.name} är återkallad.")
