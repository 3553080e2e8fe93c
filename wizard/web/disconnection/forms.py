"""What the approver writes to end a connection: the code from her mail."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from wizard.services.names import printable
from wizard.web.forms import Form, lazy


class ReceiptForm(Form):
    """The code."""

    code = StringField(
        filters=[printable],
        validators=[
            InputRequired(lazy("Write the code from the mail.")),
            Length(max=40, message=lazy("The code has six characters.")),
        ],
    )
