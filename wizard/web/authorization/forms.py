"""What the approver can fill in when she is done."""

from wizard.web.forms import Form, lazy
from wizard.web.mailing import email_field


class MailReceiptForm(Form):
    """Where to mail the receipt."""

    email = email_field(lazy("Write the address to mail the receipt to."))
