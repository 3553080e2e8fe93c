"""The forms of the second factor."""

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from wizard.services.crypto.passwords import LONGEST
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.codes import CodeField


class SetUpForm(Form):
    """The code that the app shows; the service judges it."""

    code = CodeField(
        validators=[InputRequired(lazy("Write the code that the app shows.")), Length(max=20)]
    )


class ConfirmForm(Form):
    """A password, or a code; the service judges it."""

    proof = PasswordField(
        validators=[InputRequired(lazy("Write your password.")), Length(max=LONGEST)]
    )
