"""The form of the receipt's mail."""

from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import email_field


class MailForm(Form):
    """The mail address to send the receipt to."""

    email = email_field(lazy("Write the address to mail the receipt to."))
