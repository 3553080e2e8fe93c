"""The form that names the person."""

from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.plain_text import one_line
from wizard.services.values.email_addresses import EmailInvalidError, clean_email
from wizard.web.forms.base import Form, lazy

WRONG = lazy("The address is not right. It should look like name@company.com.")


class IndexForm(Form):
    """The person's address; sent in the body, so that it stands in no address and no log."""

    email = StringField(filters=[one_line], validators=[InputRequired(WRONG)])

    def validate_email(self, field: Field) -> None:
        """It must be an address."""
        try:
            clean_email(field.data or "")
        except EmailInvalidError:
            raise ValidationError(str(WRONG)) from None
