"""The words of bulk actions: what is done, what becomes of each company, and why."""

from flask_babel import gettext, ngettext

from wizard.models import BulkAct, BulkAction, BulkFate, BulkReason, BulkRow, BulkStatus
from wizard.services.bulk.judging import MAILING
from wizard.web.forms.base import lazy

ACTS = {
    BulkAct.CHECK: lazy("Check now"),
    BulkAct.INVITE: lazy("Invite by mail"),
    BulkAct.REMIND: lazy("Send the next reminder now"),
    BulkAct.MAIL_LINK: lazy("Mail a new link"),
    BulkAct.WITHDRAW: lazy("Withdraw the invitation"),
    BulkAct.RENEW: lazy("Ask to renew"),
    BulkAct.RESPONSIBLE: lazy("Change responsible"),
    BulkAct.DISCONNECT: lazy("Disconnect"),
}
STATUSES = {
    BulkStatus.PREVIEWED: lazy("Looked at, nothing done"),
    BulkStatus.RUNNING: lazy("Under way"),
    BulkStatus.DONE: lazy("Done"),
    BulkStatus.STOPPED: lazy("Stopped"),
}
FATES = {
    BulkFate.WILL: lazy("to be done"),
    BulkFate.WILL_NOT: lazy("left out"),
    BulkFate.DONE: lazy("done"),
    BulkFate.NOT_DONE: lazy("not done"),
}
REASONS = {
    BulkReason.NOT_CONNECTED: lazy("not connected"),
    BulkReason.CONNECTED: lazy("has a connection already: ask to renew instead, if it needs it"),
    BulkReason.NOT_INVITED: lazy("has no open invitation"),
    BulkReason.INVITED: lazy("has an open invitation already"),
    BulkReason.WORKS: lazy("does not need to be renewed"),
    BulkReason.NO_ADDRESS: lazy("no mail address is known: write it on the company’s page"),
    BulkReason.BOUNCED: lazy("the last mail did not arrive: write another address"),
    BulkReason.MAILED_LATELY: lazy("was mailed just now"),
    BulkReason.NO_REMINDER: lazy("no reminder is planned"),
    BulkReason.PAUSED: lazy("the reminders are paused"),
    BulkReason.ARCHIVED: lazy("archived"),
    BulkReason.RESPONSIBLE_ALREADY: lazy("she is responsible already"),
    BulkReason.CHANGED: lazy("has changed since you looked"),
    BulkReason.NOT_ALLOWED: lazy("who asked may not do it any more"),
    BulkReason.STOPPED: lazy("it was stopped"),
    BulkReason.FAILED: lazy("something went wrong with us: try again"),
}
FOUND = {
    "read": lazy("it works"),
    "renewal_needed": lazy("has to be renewed"),
    "away": lazy("the program did not answer"),
    "doubted": lazy("was refused, and is read once more"),
    "unread": lazy("could not be read just now"),
}


def will_words(found: BulkAction, number: int) -> str:
    """What will happen, with its number."""
    return {
        BulkAct.CHECK: lambda: ngettext(
            "%(num)d connection is read.", "%(num)d connections are read.", number
        ),
        BulkAct.INVITE: lambda: ngettext(
            "%(num)d company is invited by mail.", "%(num)d companies are invited by mail.", number
        ),
        BulkAct.REMIND: lambda: ngettext(
            "%(num)d reminder goes now instead of on its day.",
            "%(num)d reminders go now instead of on their day.",
            number,
        ),
        BulkAct.MAIL_LINK: lambda: ngettext(
            "A new link is mailed for %(num)d company, to who was mailed last.",
            "A new link is mailed for %(num)d companies, to who was mailed last.",
            number,
        ),
        BulkAct.WITHDRAW: lambda: ngettext(
            "%(num)d invitation is withdrawn. Its links stop working.",
            "%(num)d invitations are withdrawn. Their links stop working.",
            number,
        ),
        BulkAct.RENEW: lambda: ngettext(
            "%(num)d company is asked by mail to renew.",
            "%(num)d companies are asked by mail to renew.",
            number,
        ),
        BulkAct.RESPONSIBLE: lambda: _responsible_words(found, number),
        BulkAct.DISCONNECT: lambda: ngettext(
            "%(num)d connection is ended. Nothing more is read, and it has to be approved anew to come back.",
            "%(num)d connections are ended. Nothing more is read, and they have to be approved anew to come back.",
            number,
        ),
    }[found.act]()


def _responsible_words(found: BulkAction, number: int) -> str:
    if found.responsible is None:
        return str(
            ngettext(
                "%(num)d company is left without anybody responsible.",
                "%(num)d companies are left without anybody responsible.",
                number,
            )
        )
    return str(
        ngettext(
            "%(name)s becomes responsible for %(num)d company.",
            "%(name)s becomes responsible for %(num)d companies.",
            number,
            name=found.responsible.name,
        )
    )


def fate_words(row: BulkRow) -> str:
    """What becomes of a company, or became of it."""
    if row.found:
        return str(FOUND[row.found])
    return str(FATES[row.fate])


def reason_words(row: BulkRow) -> str:
    """Why nothing is done; empty where something is."""
    return str(REASONS[row.reason]) if row.reason else ""


def mails(found: BulkAction) -> bool:
    """Whether each company's approver is mailed."""
    return found.act in MAILING


def heading(found: BulkAction) -> str:
    """What the page is called."""
    return gettext("%(act)s: several companies", act=ACTS[found.act])
