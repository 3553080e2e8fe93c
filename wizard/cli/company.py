"""Commands for client companies."""

import click

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.services.accounts import firms
from wizard.services.companies import company_directory

company = Commands("company", help="Client companies.")


@company.command()
@click.option("--organisation-number", required=True, help="Ten digits, or a personal number.")
@click.option("--name", required=True, help="The company's name.")
@click.option("--firm", "firm_name", help="The firm that owns it; needed if there are several.")
def create(organisation_number: str, name: str, firm_name: str | None) -> None:
    """Add a company to a firm."""
    firm = firms.find_firm(database.session, firm_name)
    made = company_directory.add(database.session, firm, name, organisation_number)
    click.echo(f"{made.name} är tillagt hos {firm.name}.")
