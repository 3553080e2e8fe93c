"""The form in which the approver enters the mailed code to disconnect."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from wizard.plain_text import one_line
from wizard.web.forms.base import Form, lazy


class ReceiptForm(Form):
    """The code from the mail."""

    code = StringField(
        filters=[one_line],
        validators=[
            InputRequired(lazy("Write the one-time code from the mail.")),
            Length(max=40, message=lazy("The one-time code has six characters.")),
        ],
    )
