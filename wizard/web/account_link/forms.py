"""The forms in which a person chooses a password, or asks for a link to choose one."""

from flask_babel import gettext
from wtforms import Field, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from wizard.plain_text import one_line
from wizard.services.crypto.passwords import LONGEST
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import checked_email


class ChooseForm(Form):
    """A new password, written twice; the service judges it."""

    password = PasswordField(
        validators=[InputRequired(lazy("Write a password.")), Length(max=2 * LONGEST)]
    )
    again = PasswordField(
        validators=[InputRequired(lazy("Write the password once more.")), Length(max=2 * LONGEST)]
    )

    def validate_again(self, field: Field) -> None:
        """Both are the same."""
        if self.password.data and field.data != self.password.data:
            raise ValidationError(gettext("The passwords are not the same. Write them again."))


class FirstForm(ChooseForm):
    """The same, in place of a password that was given."""


class ForgottenForm(Form):
    """The address of an account whose password is forgotten."""

    email = StringField(
        filters=[one_line],
        validators=[InputRequired(lazy("Write your e-mail address.")), checked_email],
    )
