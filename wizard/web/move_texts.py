"""The words for whose move it is, the same on all pages."""

from flask import Flask

from wizard.config import Settings
from wizard.models import MoveReason, Whose
from wizard.web.forms.base import lazy

WHOSE = {
    Whose.WE: lazy("We"),
    Whose.FIRM: lazy("The firm"),
    Whose.APPROVER: lazy("The approver"),
    Whose.PROVIDER: lazy("The accounting program"),
    Whose.NOBODY: lazy("Nobody"),
}
REASONS = {
    MoveReason.OUR_FAULT: lazy("Our fault"),
    MoveReason.LATE: lazy("Something of ours is late"),
    MoveReason.PLANNED: lazy("The mail goes later"),
    MoveReason.NOT_INVITED: lazy("Not invited"),
    MoveReason.BOUNCED: lazy("The mail did not arrive"),
    MoveReason.NEW_LINK_ASKED: lazy("Wants a new link"),
    MoveReason.NUMBER_QUESTIONED: lazy("Questions the organisation number"),
    MoveReason.CAUSE_TOLD: lazy("Has told what stops her"),
    MoveReason.DECLINED: lazy("Declined"),
    MoveReason.EXPIRED: lazy("Expired"),
    MoveReason.TO_BE_RENEWED: lazy("To be renewed, and nobody has been asked"),
    MoveReason.WAITING: lazy("Has not begun"),
    MoveReason.BEGUN: lazy("Is on her way"),
    MoveReason.STOPPED: lazy("The last attempt stopped"),
    MoveReason.STUCK: lazy("Nothing has happened for three days"),
    MoveReason.OUTAGE: lazy("Does not answer"),
    MoveReason.CONNECTED: lazy("Works"),
    MoveReason.ENDED: lazy("Ended"),
    MoveReason.ARCHIVED: lazy("Archived"),
    MoveReason.UNSORTED: lazy("Being looked through"),
}


def init_app(app: Flask, _settings: Settings) -> None:
    """Let templates ask for the words."""
    app.jinja_env.globals["whose_words"] = lambda whose: WHOSE[Whose(whose)]
    app.jinja_env.globals["reason_words"] = lambda reason: REASONS[MoveReason(reason)]
