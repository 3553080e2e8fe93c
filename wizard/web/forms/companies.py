"""Fields about a company: its name, and the firm's own reference to it."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.plain_text import one_line
from wizard.services.values.names import NameInvalidError
from wizard.services.values.own_words import company_name
from wizard.services.values.references import ReferenceInvalidError, clean_reference
from wizard.web.forms.base import lazy
from wizard.web.forms.fairness import as_written, fairly


def checked_name(_form: object, field: Field) -> None:
    """The name must be printable."""
    with fairly(field):
        try:
            company_name(as_written(field))
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None


def checked_reference(_form: object, field: Field) -> None:
    """The reference must be short."""
    with fairly(field):
        try:
            clean_reference(as_written(field))
        except ReferenceInvalidError:
            raise ValidationError(gettext("Write at most 50 characters.")) from None


def company_name_field() -> StringField:
    """A required field for a company's name."""
    required = InputRequired(lazy("Write the company’s name."))
    return StringField(filters=[one_line], validators=[required, checked_name])


def own_reference_field() -> StringField:
    """A field for the firm's own reference."""
    return StringField(filters=[one_line], validators=[checked_reference])
