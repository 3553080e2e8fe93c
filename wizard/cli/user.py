"""Commands for staff accounts."""

import sys

import click

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.models import Role
from wizard.services.accounts import firms, staff
from wizard.services.crypto.passwords import new_password

user = Commands("user", help="Accounts of staff.")


@user.command()
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="As approvers see it.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--firm", "firm_name", help="The firm of a member; needed if there are several.")
@click.option("--password", type=click.Choice(["-"]), help="- reads it from standard input.")
def create(email: str, name: str, role: str, firm_name: str | None, password: str | None) -> None:
    """Create a staff account; prints a generated password, this once."""
    belongs = firm_name or role == Role.MEMBER
    firm = firms.find_firm(database.session, firm_name) if belongs else None
    chosen = sys.stdin.readline().rstrip("\r\n") if password else new_password()
    made = staff.create_user(
        database.session, email=email, name=name, role=Role(role), firm=firm, password=chosen
    )
    click.echo(f"Kontot {made.email} är skapat.")
    if not password:
        click.echo(f"Lösenord, visas bara nu: {chosen}")


@user.command("sign-out")
@click.option("--email", required=True, help="Whose.")
def sign_out(email: str) -> None:
    """End every session of an account, in all browsers."""
    staff.sign_out_everywhere(database.session, email)
    click.echo("Personen är utloggad överallt.")
