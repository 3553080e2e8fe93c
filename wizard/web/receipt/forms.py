"""The forms of the receipt: its mail, and a question about what has been read."""

from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import email_field, words_field


class MailForm(Form):
    """The mail address to send the receipt to."""

    email = email_field(lazy("Write the address to mail the receipt to."))


class AskForm(Form):
    """What the approver wants to know, if she says."""

    words = words_field()
