"""The words of imports: the fate of a line, and what is wrong with it."""

from flask_babel import gettext

from wizard.models import LineFate
from wizard.services.imports.overview import LineRow
from wizard.web.days import lately
from wizard.web.forms.base import lazy

FATES = {
    LineFate.NEW: lazy("new"),
    LineFate.EXISTS: lazy("there already"),
    LineFate.INVITED: lazy("invited already"),
    LineFate.CONNECTED: lazy("connected already"),
    LineFate.DUPLICATE: lazy("duplicate"),
    LineFate.NUMBER_WRONG: lazy("the number is not right"),
    LineFate.CHECK_DIGIT_WRONG: lazy("wrong check digit"),
    LineFate.NAME_WRONG: lazy("the name is not right"),
    LineFate.ADDRESS_WRONG: lazy("the address is not right"),
    LineFate.CONTACT_WRONG: lazy("the contact’s name is not right"),
    LineFate.LANGUAGE_WRONG: lazy("the language is not known"),
    LineFate.RESPONSIBLE_WRONG: lazy("the responsible person is not known"),
    LineFate.REFERENCE_WRONG: lazy("the own reference is not right"),
}
COLUMNS = {
    LineFate.NUMBER_WRONG: lazy("Organisation number"),
    LineFate.CHECK_DIGIT_WRONG: lazy("Organisation number"),
    LineFate.NAME_WRONG: lazy("Name"),
    LineFate.ADDRESS_WRONG: lazy("The contact’s mail"),
    LineFate.CONTACT_WRONG: lazy("The contact’s name"),
    LineFate.LANGUAGE_WRONG: lazy("Language"),
    LineFate.RESPONSIBLE_WRONG: lazy("Responsible"),
    LineFate.REFERENCE_WRONG: lazy("Own reference"),
}


def fate_words(row: LineRow) -> str:
    """What becomes of the line, in words."""
    line = row.line
    if line.fate is LineFate.DUPLICATE:
        return str(gettext("duplicate of line %(number)s", number=line.twin))
    if line.fate is LineFate.INVITED and row.invited_on:
        when = lately(row.invited_on)
        if row.invited_by:
            return str(gettext("invited by %(name)s %(when)s", name=row.invited_by, when=when))
        return str(gettext("invited %(when)s", when=when))
    return str(FATES[line.fate])


def wrong_words(row: LineRow) -> str:
    """The column and the value that is wrong; empty for a line that is right."""
    column = COLUMNS.get(row.line.fate)
    if column is None:
        return ""
    value = row.line.wrong or gettext("empty")
    return f"{column}: {value}"
