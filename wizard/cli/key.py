"""Commands for API keys."""

from datetime import datetime

import click

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.models import ApiKey, Scope
from wizard.services.accounts import firms
from wizard.services.api import api_keys

key = Commands("key", help="The platform's keys to the API.")


@key.command()
@click.option("--firm", "firm_name", required=True, help="The firm whose things it opens.")
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may be used for; repeated. Without any: all but handover.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which it works, as 2027-11-28. Without it: a year from today.",
)
def create(firm_name: str, name: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Create an API key. Prints only the key to standard output, this once."""
    firm = firms.find_firm(database.session, firm_name)
    made = api_keys.create(
        database.session,
        firm,
        name,
        None,
        scopes=[Scope(scope) for scope in scopes] or api_keys.UNLESS_SAID,
        last_day=expires.date() if expires else None,
    )
    click.echo(made.secret)


@key.command("list")
def list_() -> None:
    """List API keys, newest first: id, beginning, firm, name, scopes, last day, last use."""
    after: str | None = ""
    while after is not None:
        page = api_keys.list_page(database.session, after)
        for found in page.rows:
            click.echo(_line(found))
        after = page.next_cursor


@key.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke a key, by the id that `flask key list` prints."""
    ended = api_keys.revoke(database.session, key_id, None)
    click.echo(f"Nyckeln {ended.name} är återkallad.")


def _line(found: ApiKey) -> str:
    used = f"{found.last_used_at:%Y-%m-%d %H:%M}" if found.last_used_at else "–"
    ended = "återkallad" if found.revoked_at else "har gått ut" if found.has_expired else None
    ends = f"t.o.m. {found.last_day}" if found.last_day else "utan slutdatum"
    scopes = ",".join(found.scopes)
    parts = (found.public_id, f"{found.beginning}…", found.firm.name, found.name, scopes, ends)
    return "  ".join((*parts, ended or used))
