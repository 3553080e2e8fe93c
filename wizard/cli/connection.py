"""Commands for connections."""

import click

from wizard.cli.groups import Commands
from wizard.extensions import database
from wizard.models import ConnectionStatus
from wizard.services.accounts import firms
from wizard.services.connections import health, rounds
from wizard.services.connections.connection_directory import Named, living
from wizard.services.values import organisation_numbers
from wizard.wiring.providers import provider_context

STATUSES = {
    ConnectionStatus.ACTIVE: "Aktiv",
    ConnectionStatus.DISTURBED: "Störning",
    ConnectionStatus.OUR_FAULT: "Fel hos oss",
    ConnectionStatus.RENEWAL_NEEDED: "Behöver förnyas",
    ConnectionStatus.DISCONNECTED: "Frånkopplad",
}

connection = Commands("connection", help="Connections.")


@connection.command()
@click.option("--organisation-number", help="Only this company's, at whatever firm.")
@click.option("--firm", "firm_name", help="Only this firm's.")
def check(organisation_number: str | None, firm_name: str | None) -> None:
    """Check connections now, one line for each; exit 1 if any is not active.

    One company's connection is checked at once; all of them at the pace of background work.
    """
    number = organisation_numbers.clean_number(organisation_number) if organisation_number else None
    firm = firms.find_firm(database.session, firm_name) if firm_name else None
    found = living(database.session, number=number, firm=firm)
    database.session.rollback()  # no transaction may be open during the checks, which may take long
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
    context = provider_context(one.provider, background=paced)
    if paced:
        return rounds.check_in_turn(context, one.id)
    return health.check(context, one.id, seconds=rounds.CHECK_SECONDS)


def _line(one: Named, finding: health.Finding) -> str:
    number = organisation_numbers.masked(one.organisation_number)
    why = "" if finding.read else " (inte läst nu)"
    if finding.doubted:
        why = " (nekades nu, läses en gång till)"
    elif finding.cause:
        why = f" ({finding.cause})"
    return f"{number} {one.company_name}, {one.firm_name}: {STATUSES[finding.status]}{why}"
