"""The form of the pages of an authorization."""

from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import email_field


class TellMeForm(Form):
    """The mail address to tell how an attempt that waits has ended."""

    email = email_field(lazy("Write the address to mail when it works."))
