"""The words of lists where no template is: statuses and causes, as pages say them."""

from typing import Any

from flask import current_app, get_template_attribute
from flask_babel import gettext, ngettext

from wizard.causes import CAUSES, Cause
from wizard.models import ConnectionStatus, InvitationStatus
from wizard.services.companies.company_list import Order
from wizard.services.companies.list_filters import Looked
from wizard.web.forms.base import lazy

STATUSES = {
    ConnectionStatus.ACTIVE: lazy("Active"),
    ConnectionStatus.DISTURBED: lazy("Disturbance"),
    ConnectionStatus.OUR_FAULT: lazy("Our fault"),
    ConnectionStatus.RENEWAL_NEEDED: lazy("Renewal needed"),
    ConnectionStatus.DISCONNECTED: lazy("Disconnected"),
}
INVITATIONS = {
    InvitationStatus.CREATED: lazy("Created"),
    InvitationStatus.SENT: lazy("Sent"),
    InvitationStatus.STARTED: lazy("Started"),
    InvitationStatus.CONNECTED: lazy("Connected"),
    InvitationStatus.EXPIRED: lazy("Expired"),
    InvitationStatus.WITHDRAWN: lazy("Withdrawn"),
    InvitationStatus.DECLINED: lazy("Declined"),
}
LOOKS = {
    Looked.MINE: lazy("Mine"),
    Looked.NOBODYS: lazy("Nobody responsible"),
    Looked.ARCHIVED: lazy("Archived"),
}
ORDERS = {
    Order.NAME: lazy("Name"),
    Order.LONGEST: lazy("Longest since first"),
    Order.NEWEST: lazy("Newest first"),
    Order.READ: lazy("Last read, the oldest first"),
}


def status_words(status: str, provider: str | None) -> str:
    """A connection's or an invitation's status."""
    say: Any = get_template_attribute("components/status.html", "status_word")
    return str(say(status, provider)).strip()


def cause_words(cause: str) -> str:
    """What a cause is called, to staff: a fault of ours is not told them as to an approver."""
    if CAUSES[Cause(cause)].alert:
        return gettext("Our fault")
    text: Any = current_app.jinja_env.globals["cause_text"]
    return str(text(cause).heading()).strip()


def day_words(number: int) -> str:
    """At least so many days."""
    return ngettext("%(num)s day or more", "%(num)s days or more", number)
