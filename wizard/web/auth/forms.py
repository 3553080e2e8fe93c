"""The sign-in form of staff."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from wizard.plain_text import one_line
from wizard.services.crypto.passwords import LONGEST
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.codes import CodeField


class SignInForm(Form):
    """A mail address and a password; the service verifies them, not the form."""

    email = StringField(
        filters=[one_line],
        validators=[InputRequired(lazy("Write your e-mail address.")), Length(max=254)],
    )
    password = PasswordField(
        validators=[InputRequired(lazy("Write your password.")), Length(max=LONGEST)]
    )


class CodeForm(Form):
    """A code of the app, or a recovery code; the service judges it."""

    code = CodeField(validators=[InputRequired(lazy("Write the code.")), Length(max=60)])


class PasskeyForm(Form):
    """What a browser answers when it has shown a passkey; the service judges it."""

    passkey = CodeField()
