"""Commands for identity providers, with which firms' people sign in."""

import sys

import click

from wizard.cli.groups import Commands
from wizard.extensions import database, vault
from wizard.services.accounts import firms, identity_providers
from wizard.services.accounts.identity import metadata, transport
from wizard.services.accounts.identity_providers import Groups, Registration
from wizard.wiring import addresses
from wizard.wiring.identity import reach

identity_provider = Commands("identity-provider", help="Single sign-on by OpenID Connect.")


@identity_provider.command()
@click.option("--name", required=True, help="As the sign-in page says it: Logga in med …")
@click.option("--metadata-url", required=True, help="…/.well-known/openid-configuration")
@click.option("--client-id", required=True, help="Who the wizard is there.")
@click.option("--firm", "everybody", multiple=True, help="Its firm; repeated for several.")
@click.option(
    "--firm-group", "some", nargs=2, multiple=True, metavar="FIRM GROUP", help="A group's firm."
)
@click.option("--admin-group", help="Whose people are admin.")
@click.option("--support-group", help="Whose people are support.")
@click.option("--manager-group", help="Whose members look after their firm's accounts.")
@click.option("--groups-claim", default="groups", show_default=True, help="Where groups stand.")
def create(
    name: str, metadata_url: str, client_id: str, everybody: tuple[str, ...],
    some: tuple[tuple[str, str], ...], admin_group: str | None, support_group: str | None,
    manager_group: str | None, groups_claim: str,
) -> None:  # fmt: skip
    """Set up a provider; the client secret is read from standard input. Prints the address to register."""
    secret = sys.stdin.readline().strip()
    if not secret or not (everybody or some):
        raise click.UsageError("A secret on standard input, and --firm or --firm-group.")
    named = [(one, None) for one in everybody] + list(some)
    places = [(firms.find_firm(database.session, firm), group) for firm, group in named]
    database.session.rollback()
    metadata.fetch(transport.session_for(client_id, "", reach()), metadata_url, reach())
    made = identity_providers.create(
        database.session, vault, name, Registration(metadata_url, client_id, secret), places,
        Groups(groups_claim, admin_group, support_group, manager_group),
    )  # fmt: skip
    click.echo(f"{made.name} är inställd. Registrera den här adressen där (redirect URI):")
    click.echo(addresses.single_sign_on_callback(made.public_id))


@identity_provider.command("list")
def list_() -> None:
    """List the providers that people can sign in with: name, metadata, firms, address to register."""
    for one in identity_providers.open_ones(database.session):
        places = ", ".join(
            place.firm.name + (f" ({place.group})" if place.group else "") for place in one.firms
        )
        callback = addresses.single_sign_on_callback(one.public_id)
        click.echo(f"{one.name}  {one.metadata_url}  {places}  {callback}")


@identity_provider.command()
@click.option("--name", required=True, help="The provider's name.")
def end(name: str) -> None:
    """End a provider: nobody signs in with it any more, and every session that it began ends."""
    ended = identity_providers.end(database.session, name)
    click.echo(f"{ended.name} är avslutad, och de som loggade in med den är utloggade.")
    for place in ended.firms:
        if not place.firm.password_sign_in:
            click.echo(f"{place.firm.name} loggar inte in med lösenord: flask firm passwords --on.")
