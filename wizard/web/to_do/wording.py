"""The words of what there is to do."""

from wizard.models import MoveReason
from wizard.services.companies.to_do import ToDo
from wizard.web.forms.base import lazy

KINDS = {
    ToDo.RENEW: lazy("To be renewed"),
    ToDo.NEW_LINK: lazy("Ask for a new link"),
    ToDo.BOUNCED: lazy("The mail did not arrive"),
    ToDo.STUCK: lazy("Stuck"),
    ToDo.WAITING: lazy("Waiting for more than seven days"),
}
REASONS = {
    MoveReason.TO_BE_RENEWED: lazy("Has to be renewed"),
    MoveReason.NEW_LINK_ASKED: lazy("Asked for a new link"),
    MoveReason.BOUNCED: lazy("The mail did not arrive"),
    MoveReason.STUCK: lazy("Nothing has happened"),
    MoveReason.STOPPED: lazy("The attempt stopped"),
    MoveReason.CAUSE_TOLD: lazy("Told you what stops her"),
    MoveReason.NUMBER_QUESTIONED: lazy("Says that the number may be wrong"),
    MoveReason.WAITING: lazy("Has not begun"),
}
