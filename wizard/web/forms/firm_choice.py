"""A field for the name of a firm, in an admin's forms."""

from typing import Any

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import database
from wizard.plain_text import one_line
from wizard.services.accounts.firms import FirmUnknownError, find_firm
from wizard.web.forms.base import lazy


def checked_firm(_form: Any, field: Field) -> None:
    """The firm must exist."""
    try:
        find_firm(database.session, field.data)
    except FirmUnknownError:
        raise ValidationError(
            gettext("There is no firm with that name. Write it as on the page of firms.")
        ) from None


def firm_field() -> StringField:
    """A field for the name of a firm."""
    required = InputRequired(lazy("Write the name of the firm."))
    return StringField(filters=[one_line], validators=[required, checked_firm])
