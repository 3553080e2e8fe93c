"""What staff fill in about a company."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.services.organisation_numbers import NumberInvalidError, clean_number
from wizard.web.forms import Form, lazy
from wizard.web.mailing import email_field, language_field, name_field, words_field


class CreateForm(Form):
    """A company to add."""

    name = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write the company's name."))]
    )
    organisation_number = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write the organisation number."))]
    )

    def validate_name(self, field: Field) -> None:
        """A name that can be shown."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None

    def validate_organisation_number(self, field: Field) -> None:
        """A number whose check digit is right."""
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
