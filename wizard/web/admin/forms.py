"""The form in which an admin edits a firm."""

from flask_babel import gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.plain_text import one_line
from wizard.services.accounts.firms import PhoneInvalidError, clean_phone
from wizard.services.values.email_addresses import EmailInvalidError, clean_email
from wizard.services.values.names import NameInvalidError
from wizard.services.values.own_words import fair_name
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.fairness import as_written, fairly

PEOPLE = {
    "contact_name",
    "contact_phone",
    "contact_email",
    "warned_name",
    "warned_email",
    "deputy_name",
    "deputy_email",
}


class LogoForm(Form):
    """A picture to be the firm's logo."""

    file = FileField(validators=[FileRequired(lazy("Choose a picture first."))])


class FirmForm(Form):
    """A firm's contact for its clients, and the recipients of its warnings."""

    contact_name = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write the person’s name."))]
    )
    contact_phone = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write a telephone number."))]
    )
    contact_email = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write an e-mail address."))]
    )

    warned_name = StringField(filters=[one_line])
    warned_email = StringField(filters=[one_line])
    deputy_name = StringField(filters=[one_line])
    deputy_email = StringField(filters=[one_line])

    @property
    def people(self) -> dict[str, str]:
        """The values, under the argument names of the service."""
        return {name: text or "" for name, text in self.data.items() if name in PEOPLE}

    def validate_contact_name(self, field: Field) -> None:
        """The contact's name must be printable."""
        _need_name(self, field)

    def validate_warned_name(self, field: Field) -> None:
        """A name is required together with an address."""
        _need_name_with(self, self.warned_email, field)

    def validate_deputy_name(self, field: Field) -> None:
        """A name is required together with an address."""
        _need_name_with(self, self.deputy_email, field)

    def validate_warned_email(self, field: Field) -> None:
        """A valid address is required together with a name."""
        _need_email_with(self.warned_name, field)

    def validate_deputy_email(self, field: Field) -> None:
        """The deputy's address must be valid and differ from the first recipient's."""
        _need_email_with(self.deputy_name, field)
        if (
            field.data
            and field.data.strip().lower() == (self.warned_email.data or "").strip().lower()
        ):
            raise ValidationError(
                gettext("The deputy needs another address than the first person.")
            )

    def validate_contact_phone(self, field: Field) -> None:
        """The telephone number must be valid."""
        try:
            clean_phone(field.data)
        except PhoneInvalidError:
            raise ValidationError(
                gettext("Write a telephone number of 5 to 15 digits, such as 08-123 45 67.")
            ) from None

    def validate_contact_email(self, field: Field) -> None:
        """The contact's address must be valid."""
        _need_email(field)


def _need_name_with(form: Form, email: Field, field: Field) -> None:
    if field.data or email.data:
        _need_name(form, field)


def _need_email_with(name: Field, field: Field) -> None:
    if field.data or name.data:
        _need_email(field)


def _need_name(form: Form, field: Field) -> None:
    with fairly(field):
        try:
            fair_name(as_written(field), form.own)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None


def _need_email(field: Field) -> None:
    try:
        clean_email(field.data or "")
    except EmailInvalidError:
        raise ValidationError(
            gettext("The address is not right. It should look like name@company.com.")
        ) from None
