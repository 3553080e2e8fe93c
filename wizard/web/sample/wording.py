"""The words of a sample: what became of each line, and the columns of its table."""

from flask_babel import gettext

from wizard.services.evidence.finding import Fate
from wizard.services.evidence.manifest import Words


def fates() -> dict[Fate, str]:
    """What became of a label or a document, in the reader's language."""
    return {
        Fate.FOUND: gettext("Found"),
        Fate.WITHOUT_DOCUMENTS: gettext("No document is attached"),
        Fate.NOT_FOUND: gettext("Not there"),
        Fate.IN_SEVERAL_SERIES: gettext("Stands in several series: write the series too"),
        Fate.NOT_SEARCHED: gettext("Could not be looked for"),
        Fate.UNREADABLE: gettext("We could not read this as a voucher’s number"),
        Fate.TOO_MANY: gettext("More than 500 vouchers: ask for the rest in another sample"),
        Fate.TOO_LARGE: gettext("Larger than 20 MB, which is the most we fetch"),
        Fate.EMPTY: gettext("The file is empty"),
        Fate.REFUSED: gettext("The accounting program did not let us read it"),
        Fate.CUT: gettext("Broke off on the way, three times"),
        Fate.AWAY: gettext("The accounting program did not answer"),
        Fate.ENDED: gettext("The connection ended before it was fetched"),
    }


def words() -> Words:
    """The words of the table in the ZIP."""
    columns = (
        gettext("Voucher"),
        gettext("Date"),
        gettext("Text"),
        gettext("Amount"),
        gettext("File"),
        gettext("What became of it"),
        gettext("Kind of file"),
        gettext("Size in bytes"),
        "SHA-256",
        gettext("Fetched"),
        gettext("The program’s id of the voucher"),
        gettext("The program’s id of the document"),
    )
    return Words(columns, fates())
