"""Commands for staff accounts."""

import sys

import click

from wizard.cli.groups import Commands
from wizard.extensions import database, settings
from wizard.models import Role, User
from wizard.services.accounts import account_list, administration, firms, second_factor, staff
from wizard.services.accounts.administration import Standing
from wizard.services.crypto.passwords import new_password

user = Commands("user", help="Accounts of staff.")

EMAIL = click.option("--email", required=True, help="The address to sign in with.")
NAME = click.option("--name", required=True, help="As approvers see it.")
ROLE = click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
FIRM = click.option(
    "--firm", "firm_name", help="The firm of a member; needed if there are several."
)
MANAGER = click.option(
    "--manages-members", "manages", is_flag=True, help="A member looks after her firm's accounts."
)
PASSWORD = click.option(
    "--password", type=click.Choice(["-"]), help="- reads it from standard input."
)
KEEP = click.option("--keep", is_flag=True, help="It need not be changed at the next sign-in.")


@user.command("list")
def list_() -> None:
    """List accounts by address: address, name, role, firm, state, when last seen."""
    after: str | None = ""
    while after is not None:
        page = account_list.list_page(database.session, None, after=after)
        for row in page.rows:
            click.echo(_line(row.user))
        after = page.next_cursor


@user.command()
@EMAIL
@NAME
@ROLE
@FIRM
@MANAGER
@PASSWORD
@KEEP
def create(
    email: str, name: str, role: str, firm_name: str | None, manages: bool,
    password: str | None, keep: bool,
) -> None:  # fmt: skip
    """Create an account with a password, which is to be changed at the first sign-in.

    A generated password is printed, this once.
    """
    standing, chosen = _standing(role, firm_name, manages), _password(password)
    made = staff.create_user(
        database.session, email=email, name=name, role=standing.role, firm=standing.firm,
        password=chosen, must_change=not keep,
    )  # fmt: skip
    made.may_manage_members = standing.may_manage_members
    database.session.commit()
    click.echo(f"Kontot {made.email} är skapat.")
    _tell(chosen, typed=bool(password), keep=keep)


@user.command()
@EMAIL
@NAME
@ROLE
@FIRM
@MANAGER
def invite(email: str, name: str, role: str, firm_name: str | None, manages: bool) -> None:
    """Create an account, and mail its owner a link to choose a password; once more until she has."""
    _need_mail()
    standing = _standing(role, firm_name, manages)
    made = administration.invite(database.session, None, email, name, standing)
    click.echo(f"En inbjudan mejlas till {made.email}. Länken gäller i tre dygn.")


@user.command()
@EMAIL
@click.option("--hand-to", help="The colleague who takes over her companies, by address.")
def deactivate(email: str, hand_to: str | None) -> None:
    """Close an account: every session of its owner ends at once."""
    found = account_list.find_by_email(database.session, email)
    heir = account_list.find_by_email(database.session, hand_to) if hand_to else None
    administration.deactivate(database.session, None, found, heir)
    click.echo(f"Kontot {found.email} är inaktiverat.")


@user.command()
@EMAIL
def activate(email: str) -> None:
    """Open a closed account again. No earlier session is."""
    found = account_list.find_by_email(database.session, email)
    administration.activate(database.session, None, found)
    click.echo(f"Kontot {found.email} är aktivt.")


@user.command("set-role")
@EMAIL
@ROLE
@FIRM
@MANAGER
def set_role(email: str, role: str, firm_name: str | None, manages: bool) -> None:
    """Change role, firm, and whether a member looks after her firm's accounts."""
    found = account_list.find_by_email(database.session, email)
    if firm_name is None and role == Role.MEMBER and found.firm:
        firm_name = found.firm.name
    wanted = _standing(role, firm_name, manages)
    administration.change_standing(database.session, None, found, wanted)
    click.echo(f"{found.email} är {role}{f' hos {found.firm.name}' if found.firm else ''}.")


@user.command("set-password")
@EMAIL
@PASSWORD
@KEEP
def set_password(email: str, password: str | None, keep: bool) -> None:
    """Give an account another password, which is to be changed at the next sign-in.

    A generated password is printed, this once.
    """
    found, chosen = account_list.find_by_email(database.session, email), _password(password)
    administration.give_password(database.session, found, chosen, must_change=not keep)
    click.echo(f"Kontot {found.email} har fått ett nytt lösenord.")
    _tell(chosen, typed=bool(password), keep=keep)


@user.command("reset-password")
@EMAIL
def reset_password(email: str) -> None:
    """Mail the owner of an account a link to choose another password."""
    _need_mail()
    found = account_list.find_by_email(database.session, email)
    administration.mail_link(database.session, None, found)
    click.echo(f"En länk till ett nytt lösenord mejlas till {found.email}.")


@user.command("reset-second-factor")
@EMAIL
def reset_second_factor(email: str) -> None:
    """Take codes, passkeys and recovery codes of an account away, and end its sessions.

    For who has lost the phone and the recovery codes. Make sure that it is she who asks.
    """
    found = account_list.find_by_email(database.session, email)
    second_factor.reset(database.session, found)
    click.echo(f"Kontot {found.email} har ingen andra faktor längre, och är utloggat överallt.")


@user.command("sign-out")
@EMAIL
def sign_out(email: str) -> None:
    """End every session of an account, in all browsers."""
    staff.sign_out_everywhere(database.session, email)
    click.echo("Personen är utloggad överallt.")


def _line(found: User) -> str:
    seen = f"{found.last_seen_at:%Y-%m-%d %H:%M}" if found.last_seen_at else "–"
    firm = found.firm.name if found.firm else "–"
    invited = found.password_hash is None and found.identity_provider_id is None
    state = "inaktiverat" if not found.active else "inbjuden" if invited else "aktivt"
    return f"{found.email}  {found.name}  {found.role.value}  {firm}  {state}  {seen}"


def _standing(role: str, firm_name: str | None, manages: bool) -> Standing:
    if manages and role != Role.MEMBER:
        raise click.UsageError("--manages-members is for a member.")
    belongs = firm_name or role == Role.MEMBER
    firm = firms.find_firm(database.session, firm_name) if belongs else None
    return Standing(Role(role), firm, manages)


def _password(typed: str | None) -> str:
    return sys.stdin.readline().rstrip("\r\n") if typed else new_password()


def _tell(password: str, *, typed: bool, keep: bool) -> None:
    if not keep:
        click.echo("Det ska bytas vid första inloggningen.")
    if not typed:
        click.echo(f"Lösenord, visas bara nu: {password}")


def _need_mail() -> None:
    if not settings.smtp_host:
        raise click.ClickException("Ingen mejlserver är inställd. Ange WIZARD_SMTP_HOST.")
