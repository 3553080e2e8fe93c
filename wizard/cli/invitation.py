"""Commands for invitations."""

import click

from wizard.cli.groups import Commands
from wizard.extensions import database, providers
from wizard.models import AuditAction, KeyPurpose
from wizard.services.accounts import firms
from wizard.services.audit.trail import record
from wizard.services.authorizations import promises
from wizard.services.companies import company_directory
from wizard.services.invitations import inviting
from wizard.services.values.organisation_numbers import clean_number
from wizard.wiring.addresses import link_address

invitation = Commands("invitation", help="Invitations to connect.")


@invitation.command()
@click.option("--organisation-number", required=True, help="Ten digits, or a personal number.")
@click.option("--name", required=True, help="The company's name, should it be new.")
@click.option("--firm", "firm_name", help="The firm that owns it; needed if several could.")
def create(organisation_number: str, name: str, firm_name: str | None) -> None:
    """Invite a company's approver. Prints only the link to standard output."""
    firm = firms.find_firm(database.session, firm_name, clean_number(organisation_number))
    company = company_directory.find_or_add(database.session, firm, name, organisation_number)
    provider = next(iter(providers))
    link = inviting.invite(database.session, company, provider, None, KeyPurpose.COMMAND)
    if firm_name is None:
        click.echo(f"Inbjudan görs hos {firm.name}.", err=True)
    click.echo(link_address(link))


@invitation.command()
def mended() -> None:
    """Mail those who wait for a fault of ours, now that it is mended. Prints how many."""
    told = 0
    while some := promises.keep(database.session, mended=True):
        told += some
    after = {"done": "mended_told", "number": told}
    record(database.session, AuditAction.BULK_DONE, after=after)
    database.session.commit()
    click.echo(told)
