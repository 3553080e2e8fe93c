"""The forms of the second factor."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from wizard.plain_text import one_line
from wizard.services.accounts.passkeys import LONGEST_NAME
from wizard.services.crypto.passwords import LONGEST
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.codes import CodeField
from wizard.web.forms.letters import checked_name


class SetUpForm(Form):
    """The code that the app shows; the service judges it."""

    code = CodeField(
        validators=[InputRequired(lazy("Write the code that the app shows.")), Length(max=20)]
    )


class PasskeyForm(Form):
    """What its owner calls a passkey, and what the browser answers, which the service judges."""

    name = StringField(
        filters=[one_line],
        validators=[
            InputRequired(lazy("Write a name for the passkey.")),
            Length(max=LONGEST_NAME, message=lazy("Write at most 60 characters.")),
            checked_name,
        ],
    )
    passkey = CodeField()


class ConfirmForm(Form):
    """A password, or a code; the service judges it."""

    proof = PasswordField(
        validators=[InputRequired(lazy("Write your password.")), Length(max=LONGEST)]
    )
