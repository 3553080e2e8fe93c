"""What staff fill in to sign in."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from wizard.services.names import printable
from wizard.services.passwords import LONGEST
from wizard.web.forms import Form, lazy


class SignInForm(Form):
    """An address and a password; whether they are right is not for a form to say."""

    email = StringField(
        filters=[printable],
        validators=[InputRequired(lazy("Write your e-mail address.")), Length(max=254)],
    )
    password = PasswordField(
        validators=[InputRequired(lazy("Write your password.")), Length(max=LONGEST)]
    )
