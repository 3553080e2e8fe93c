"""A field for the name of a firm, for what an admin makes for one."""

from typing import Any

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import database
from wizard.services.firms import FirmUnknownError, find_firm
from wizard.services.names import printable
from wizard.web.forms import lazy


def checked_firm(_form: Any, field: Field) -> None:
    """A firm there is."""
    try:
        find_firm(database.session, field.data)
    except FirmUnknownError:
        raise ValidationError(
            gettext("There is no firm with that name. Write it as on the page of firms.")
        ) from None


def firm_field() -> StringField:
    """A field for the name of a firm."""
    required = InputRequired(lazy("Write the name of the firm."))
    return StringField(filters=[printable], validators=[required, checked_firm])
