"""The forms in which staff add and invite a company."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.plain_text import one_line
from wizard.services.values.organisation_numbers import NumberInvalidError, clean_number
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.companies import company_name_field, own_reference_field
from wizard.web.forms.letters import (
    email_field,
    language_field,
    name_field,
    words_field,
)


class CreateForm(Form):
    """A company to add."""

    name = company_name_field()
    own_reference = own_reference_field()
    organisation_number = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write the organisation number."))]
    )

    def validate_organisation_number(self, field: Field) -> None:
        """The organisation number must have a correct check digit."""
        try:
            clean_number(field.data)
        except NumberInvalidError:
            raise ValidationError(
                gettext("The number is not right. Check the ten digits, such as 559123-4561.")
            ) from None


class SendForm(Form):
    """An invitation to mail."""

    email = email_field(lazy("Write the address of the one who is to approve."))
    name = name_field()
    language = language_field()
    words = words_field()
