"""The form in which an admin creates an API key."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.plain_text import one_line
from wizard.services.values.names import NameInvalidError, clean_name
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.firm_choice import firm_field


class CreateForm(Form):
    """An API key to create."""

    firm = firm_field()
    name = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write what the key is for."))]
    )

    def validate_name(self, field: Field) -> None:
        """The name must be printable."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None
