"""What an admin fills in about a firm."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.services.firms import PhoneInvalidError, clean_phone
from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.services.staff import EmailInvalidError, clean_email
from wizard.web.forms import Form, lazy


class FirmForm(Form):
    """The person whom a firm's clients may call."""

    contact_name = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write the person's name."))]
    )
    contact_phone = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write a telephone number."))]
    )
    contact_email = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write an e-mail address."))]
    )

    @property
    def contact(self) -> dict[str, str]:
        """What was filled in, by the words of the service."""
        return {
            "name": self.contact_name.data or "",
            "phone": self.contact_phone.data or "",
            "email": self.contact_email.data or "",
        }

    def validate_contact_name(self, field: Field) -> None:
        """A name that can be shown."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None

    def validate_contact_phone(self, field: Field) -> None:
        """A number that can be called."""
        try:
            clean_phone(field.data)
        except PhoneInvalidError:
            raise ValidationError(
                gettext("Write a telephone number of 5 to 15 digits, such as 08-123 45 67.")
            ) from None

    def validate_contact_email(self, field: Field) -> None:
        """An address that can be written to."""
        try:
            clean_email(field.data)
        except EmailInvalidError:
            raise ValidationError(
                gettext("The address is not right. It should look like name@company.com.")
            ) from None
