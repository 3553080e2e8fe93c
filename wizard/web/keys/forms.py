"""What an admin fills in about a key."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import database
from wizard.services.firms import FirmUnknownError, find_firm
from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.web.forms import Form, lazy


class CreateForm(Form):
    """A key to make."""

    firm = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write the name of the firm."))]
    )
    name = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write what the key is for."))]
    )

    def validate_firm(self, field: Field) -> None:
        """A firm there is."""
        try:
            find_firm(database.session, field.data)
        except FirmUnknownError:
            raise ValidationError(
                gettext("There is no firm with that name. Write it as on the page of firms.")
            ) from None

    def validate_name(self, field: Field) -> None:
        """A name that can be shown."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None
