"""The form in which an approver asks for the link to all that she has approved."""

from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import email_field


class AskForm(Form):
    """Her mail address."""

    email = email_field(lazy("Write your mail address."))
