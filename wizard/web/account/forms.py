"""The forms of one's own account."""

from flask_babel import gettext
from wtforms import BooleanField, Field, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length, ValidationError

from wizard.plain_text import one_line
from wizard.services.accounts.firms import PhoneInvalidError, clean_phone
from wizard.services.accounts.own_account import Details
from wizard.services.crypto.passwords import LONGEST
from wizard.services.values.names import NameInvalidError
from wizard.services.values.own_words import fair_name
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.fairness import as_written, fairly
from wizard.web.i18n import LANGUAGES

BROWSERS = ""  # the choice of no language: the browser's


class DetailsForm(Form):
    """Name, telephone, language and the daily summary."""

    name = StringField(filters=[one_line], validators=[InputRequired(lazy("Write your name."))])
    phone = StringField(filters=[one_line])
    phone_shown = BooleanField()
    daily_summary = BooleanField()
    language = RadioField(choices=[SelectChoice(code) for code in (BROWSERS, *LANGUAGES)])

    @property
    def details(self) -> Details:
        """The values, for the service."""
        return Details(
            self.name.data or "",
            self.phone.data or "",
            bool(self.phone_shown.data),
            self.language.data or "",
            bool(self.daily_summary.data),
        )

    def validate_name(self, field: Field) -> None:
        """The name must be printable and name no stranger's address."""
        with fairly(field):
            try:
                fair_name(as_written(field), self.own)
            except NameInvalidError:
                raise ValidationError(gettext("Write at most 200 characters.")) from None

    def validate_phone(self, field: Field) -> None:
        """A number is one that can be called, and needed if it is to be shown."""
        if not field.data:
            if self.phone_shown.data:
                raise ValidationError(gettext("Write the number that is to be shown."))
            return
        try:
            clean_phone(field.data)
        except PhoneInvalidError:
            raise ValidationError(
                gettext("Write a telephone number of 5 to 15 digits, such as 08-123 45 67.")
            ) from None


class PasswordForm(Form):
    """The present password, and a new one twice; the service judges them."""

    current = PasswordField(
        validators=[
            InputRequired(lazy("Write the password that you have now.")),
            Length(max=2 * LONGEST),
        ]
    )
    new = PasswordField(
        validators=[InputRequired(lazy("Write a new password.")), Length(max=2 * LONGEST)]
    )
    again = PasswordField(
        validators=[
            InputRequired(lazy("Write the new password once more.")),
            Length(max=2 * LONGEST),
        ]
    )

    def validate_again(self, field: Field) -> None:
        """Both are the same."""
        if self.new.data and field.data != self.new.data:
            raise ValidationError(gettext("The passwords are not the same. Write them again."))
