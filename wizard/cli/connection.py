"""Connections."""

import click
from flask.cli import AppGroup

from wizard.cli.errors import in_words
from wizard.extensions import database
from wizard.models import ConnectionStatus
from wizard.services import firms, health, organisation_numbers, rounds
from wizard.services.connections import Named, living
from wizard.web.workshops import workshop_for

STATUSES = {
    ConnectionStatus.ACTIVE: "Aktiv",
    ConnectionStatus.DISTURBED: "Störning",
    ConnectionStatus.RENEWAL_NEEDED: "Behöver förnyas",
    ConnectionStatus.DISCONNECTED: "Frånkopplad",
}

connection = AppGroup("connection", help="Connections.")


@connection.command()
@click.option("--organisation-number", help="Only this company's, at whatever firm.")
@click.option("--firm", "firm_name", help="Only this firm's.")
@in_words
def check(organisation_number: str | None, firm_name: str | None) -> None:
    """Read each connection now, a line for each; exit 1 when one of them is not active.

    One company's are read at once; all of them at the pace that leaves room for people.
    """
    number = organisation_numbers.clean_number(organisation_number) if organisation_number else None
    firm = firms.find_firm(database.session, firm_name) if firm_name else None
    found = living(database.session, number=number, firm=firm)
    database.session.rollback()  # it may take long, and nothing is held meanwhile
    if not found:
        raise click.ClickException("Det finns ingen sådan koppling.")
    broken = 0
    for one in found:
        finding = _check(one, paced=number is None)
        broken += finding.status is not ConnectionStatus.ACTIVE or not finding.read
        click.echo(_line(one, finding))
    if broken:
        raise click.ClickException(f"{broken} av {len(found)} kopplingar är inte aktiva.")


def _check(one: Named, *, paced: bool) -> health.Finding:
    workshop = workshop_for(one.provider, background=paced)
    if paced:
        return rounds.check_in_turn(workshop, one.id)
    return health.check(workshop, one.id, seconds=rounds.CHECK_SECONDS)


def _line(one: Named, finding: health.Finding) -> str:
    number = organisation_numbers.masked(one.organisation_number)
    why = f" ({finding.cause})" if finding.cause else "" if finding.read else " (inte läst nu)"
    return f"{number} {one.company_name}, {one.firm_name}: {STATUSES[finding.status]}{why}"
