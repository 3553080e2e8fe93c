"""Commands for client companies."""

from pathlib import Path

import click

from wizard.cli.groups import Commands
from wizard.extensions import database, settings
from wizard.models import LineFate
from wizard.services.accounts import firms
from wizard.services.companies import company_directory
from wizard.services.imports import judging, overview, running
from wizard.services.imports.judging import By
from wizard.services.imports.overview import LineRow
from wizard.services.imports.tables import MOST_BYTES, MOST_ROWS
from wizard.services.values.organisation_numbers import masked
from wizard.wiring.imports import import_work

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


@company.command("list")
@click.option("--firm", "firm_name", help="The firm; needed if there are several.")
def list_(firm_name: str | None) -> None:
    """List a firm's companies: number, name and state, with tabs between."""
    firm = firms.find_firm(database.session, firm_name)
    for row in company_directory.of_firm(database.session, firm):
        word = "archived" if row.archived else row.status_word or "-"
        click.echo(f"{masked(row.organisation_number)}\t{row.name}\t{word}")


@company.command("import")
@click.argument(
    "companies", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--firm", "firm_name", required=True, help="The firm that the companies belong to.")
@click.option("--invite", is_flag=True, help="Mail an invitation to each line's contact as well.")
@click.option("--strict", is_flag=True, help="Exit 1 if a line is not right; the good are added.")
@click.pass_context
def import_(
    context: click.Context, companies: Path, firm_name: str, invite: bool, strict: bool
) -> None:
    """Add the companies of a table: CSV or text, as spreadsheets save it.

    Prints what becomes of each line. With --invite the background mails, five minutes later at the earliest.
    """
    if invite and not settings.smtp_host:
        raise click.UsageError("There is no mail server: WIZARD_SMTP_HOST is not set.")
    if companies.stat().st_size > MOST_BYTES:
        raise click.UsageError(f"The file is larger than {MOST_BYTES} bytes.")
    firm = firms.find_firm(database.session, firm_name)
    found = judging.read(database.session, firm, By(), companies.read_bytes())
    bad = 0
    for row in overview.lines_page(database.session, found, size=MOST_ROWS).rows:
        bad += not row.line.fate.is_good
        click.echo(_fate_line(row))
    running.start(database.session, found, invites=invite)
    running.run(import_work(database.sessions, settings), found.id)
    if strict and bad:
        context.exit(1)


FATES = {
    LineFate.NEW: "ny",
    LineFate.EXISTS: "finns",
    LineFate.INVITED: "redan inbjuden",
    LineFate.CONNECTED: "redan ansluten",
    LineFate.DUPLICATE: "dubblett av rad",
    LineFate.NUMBER_WRONG: "organisationsnumret stämmer inte:",
    LineFate.CHECK_DIGIT_WRONG: "fel kontrollsiffra i organisationsnumret:",
    LineFate.NAME_WRONG: "namnet stämmer inte:",
    LineFate.ADDRESS_WRONG: "adressen stämmer inte:",
    LineFate.CONTACT_WRONG: "kontaktens namn stämmer inte:",
    LineFate.LANGUAGE_WRONG: "språket är okänt:",
    LineFate.RESPONSIBLE_WRONG: "den ansvariga är okänd:",
    LineFate.REFERENCE_WRONG: "den egna referensen stämmer inte:",
}


def _fate_line(row: LineRow) -> str:
    """What becomes of one line, in Swedish."""
    line = row.line
    more = str(line.twin or line.wrong or "")
    words = f"rad {line.number}: {FATES[line.fate]} {more}".rstrip()
    return f"{words} ({line.name})" if line.name else words
