"""Which column of a table is what: by its heading in Swedish or English, else by what stands in it."""

import re
from collections.abc import Collection, Sequence
from enum import StrEnum

from wizard.services.imports.tables import Row
from wizard.services.values.organisation_numbers import NumberInvalidError, clean_number

SAMPLE = 50
LANGUAGES = {
    "sv": "sv", "swe": "sv", "se": "sv", "svenska": "sv", "swedish": "sv",
    "en": "en", "eng": "en", "gb": "en", "engelska": "en", "english": "en",
}  # fmt: skip
LIKE_A_NUMBER = re.compile(r"(?:SE|16|18|19|20)?\s*[0-9]{6}\s*[-–+]?\s*[0-9]{4}(?:01)?")
REFERENCE = re.compile(r"[A-Za-zÅÄÖåäö]{0,3}[-/ ]?[0-9]{1,9}[A-Za-z]?")


class Column(StrEnum):
    """What a column of an import can hold."""

    NUMBER = "number"
    NAME = "name"
    EMAIL = "email"
    CONTACT = "contact"
    LANGUAGE = "language"
    RESPONSIBLE = "responsible"
    REFERENCE = "reference"


HEADINGS = {
    Column.NUMBER: "orgnr orgnummer organisationsnr organisationsnummer organisationsnummerpersonnummer "
    "orgpersnr orgnrpersnr personnummer personnr persnr orgno organisationno organisationnumber organizationnumber "
    "orgnumber companynumber companyno registrationnumber corporateid orgid",
    Column.NAME: "namn företag företagsnamn företagetsnamn bolag bolagsnamn klient klientnamn klientensnamn "
    "kund kundnamn kundensnamn firma name company companyname client clientname customer customername",
    Column.EMAIL: "epost epostadress mejl mejladress mail mailadress email emailaddress mailaddress adress "
    "kontaktepost kontaktensepost kontaktpersonensepost kontaktmejl kontaktensmejl kontaktensmejladress "
    "kontaktmail contactemail contactmail contactsemail contactsmail contactemailaddress "
    "godkännarensmejl approveremail mottagare recipient",
    Column.CONTACT: "kontakt kontaktperson kontaktnamn kontaktensnamn kontaktpersonensnamn kontaktpersonnamn "
    "namnpåkontaktperson godkännare godkännarensnamn contact contactname contactsname contactperson approver "
    "approvername ekonomichef",
    Column.LANGUAGE: "språk mejletsspråk kontaktensspråk language lang contactlanguage maillanguage",
    Column.RESPONSIBLE: "ansvarig ansvarigperson handläggare klientansvarig kundansvarig uppdragsansvarig "
    "revisor redovisningskonsult konsult responsible responsibleperson accountmanager clientmanager manager "
    "accountant auditor owner",
    Column.REFERENCE: "referens egenreferens vårreferens kundnr kundnummer klientnr klientnummer uppdragsnr "
    "uppdragsnummer reference ownreference ref clientnumber clientno customernumber customerno clientid "
    "customerid kundid klientid",
}  # fmt: skip
KNOWN = {word: column for column, words in HEADINGS.items() for word in words.split()}


def columns_of(rows: Sequence[Row], people: Collection[str]) -> tuple[dict[Column, int], bool]:
    """The place of each column, and whether the first row holds headings.

    ``people`` are names and addresses, in lower case, of those who can be responsible.
    """
    named = _by_heading(rows[0].cells)
    rest = rows[1 : SAMPLE + 1] if named else rows[:SAMPLE]
    return _by_content(rest, named, people), bool(named)


def heading_of(cell: str) -> Column | None:
    """The column that a heading names; None for a word that we do not know."""
    return KNOWN.get(re.sub(r"[\W_]", "", cell.casefold()))


def _by_heading(cells: Sequence[str]) -> dict[Column, int]:
    if any(_is_number(cell) or "@" in cell for cell in cells):
        return {}
    found: dict[Column, int] = {}
    for place, cell in enumerate(cells):
        if column := heading_of(cell):
            found.setdefault(column, place)
    return found


def _by_content(
    rows: Sequence[Row], named: dict[Column, int], people: Collection[str]
) -> dict[Column, int]:
    """With headings, only what every import needs is looked for in columns with other headings."""
    found = dict(named)
    width = max((len(row.cells) for row in rows), default=0)
    wanted = (Column.NUMBER, Column.EMAIL, Column.NAME) if named else tuple(Column)
    for place in range(width):
        if place in found.values():
            continue
        cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]
        column = _kind_of(cells, people)
        if column is Column.NAME and Column.NAME in found:
            column = Column.CONTACT
        if column in wanted and column not in found:
            found[column] = place
    return found


def _kind_of(cells: Sequence[str], people: Collection[str]) -> Column | None:
    """What most cells of a column are; the narrowest first."""
    judges = (
        (Column.RESPONSIBLE, lambda cell: cell.lower() in people),
        (Column.EMAIL, lambda cell: "@" in cell),
        (Column.NUMBER, _looks_like_a_number),
        (Column.LANGUAGE, lambda cell: cell.lower() in LANGUAGES),
        (Column.REFERENCE, lambda cell: REFERENCE.fullmatch(cell) is not None),
        (Column.NAME, lambda cell: any(sign.isalpha() for sign in cell)),
    )
    for column, judge in judges:
        if cells and sum(map(judge, cells)) * 2 > len(cells):
            return column
    return None


def _is_number(cell: str) -> bool:
    try:
        clean_number(cell)
    except NumberInvalidError:
        return False
    return True


def _looks_like_a_number(cell: str) -> bool:
    return LIKE_A_NUMBER.fullmatch(cell) is not None or _is_number(cell)
