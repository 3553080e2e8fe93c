"""What an admin fills in about a firm."""

from flask_babel import gettext
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.services.firms import PhoneInvalidError, clean_phone
from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.services.staff import EmailInvalidError, clean_email
from wizard.web.forms import Form, lazy

PEOPLE = {
    "contact_name",
    "contact_phone",
    "contact_email",
    "warned_name",
    "warned_email",
    "deputy_name",
    "deputy_email",
}


class FirmForm(Form):
    """The person whom a firm's clients may call, and who is told when a connection breaks."""

    contact_name = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write the person's name."))]
    )
    contact_phone = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write a telephone number."))]
    )
    contact_email = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write an e-mail address."))]
    )

    warned_name = StringField(filters=[printable])
    warned_email = StringField(filters=[printable])
    deputy_name = StringField(filters=[printable])
    deputy_email = StringField(filters=[printable])

    @property
    def people(self) -> dict[str, str]:
        """What was filled in, by the words of the service."""
        return {name: text or "" for name, text in self.data.items() if name in PEOPLE}

    def validate_contact_name(self, field: Field) -> None:
        """A name that can be shown."""
        _need_name(field)

    def validate_warned_name(self, field: Field) -> None:
        """A name, where there is an address."""
        _need_name_with(self.warned_email, field)

    def validate_deputy_name(self, field: Field) -> None:
        """A name, where there is an address."""
        _need_name_with(self.deputy_email, field)

    def validate_warned_email(self, field: Field) -> None:
        """An address that can be written to, where there is a name."""
        _need_email_with(self.warned_name, field)

    def validate_deputy_email(self, field: Field) -> None:
        """An address that can be written to, other than the first person's."""
        _need_email_with(self.deputy_name, field)
        if (
            field.data
            and field.data.strip().lower() == (self.warned_email.data or "").strip().lower()
        ):
            raise ValidationError(
                gettext("The deputy needs another address than the first person.")
            )

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
        _need_email(field)


def _need_name_with(email: Field, field: Field) -> None:
    if field.data or email.data:
        _need_name(field)


def _need_email_with(name: Field, field: Field) -> None:
    if field.data or name.data:
        _need_email(field)


def _need_name(field: Field) -> None:
    try:
        clean_name(field.data or "")
    except NameInvalidError:
        raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None


def _need_email(field: Field) -> None:
    try:
        clean_email(field.data or "")
    except EmailInvalidError:
        raise ValidationError(
            gettext("The address is not right. It should look like name@company.com.")
        ) from None
