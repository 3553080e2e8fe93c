"""What an admin fills in about a key."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.web.firms import firm_field
from wizard.web.forms import Form, lazy


class CreateForm(Form):
    """A key to make."""

    firm = firm_field()
    name = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write what the key is for."))]
    )

    def validate_name(self, field: Field) -> None:
        """A name that can be shown."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None
