"""Texts for webhooks: types of messages, outcomes, reasons for pauses, and URL errors."""

from wizard.models import PauseReason, WebhookOutcome, WebhookType
from wizard.web.api.vocabulary import marked
from wizard.web.forms.base import lazy

KINDS = {
    WebhookType.INVITATION_STARTED: marked("The approver has started"),
    WebhookType.INVITATION_HANDED_OVER: marked("The approver has handed over"),
    WebhookType.INVITATION_STUCK: marked("Nothing has happened for three days"),
    WebhookType.INVITATION_BOUNCED: marked("The mail did not arrive"),
    WebhookType.INVITATION_DECLINED: marked("The approver has declined"),
    WebhookType.INVITATION_EXPIRED: marked("The invitation has expired"),
    WebhookType.CONNECTION_ACTIVE: marked("The connection is active"),
    WebhookType.CONNECTION_RENEWAL_NEEDED: marked("The connection needs to be renewed"),
    WebhookType.CONNECTION_DISTURBED: marked("The accounting program stopped answering"),
    WebhookType.CONNECTION_RESTORED: marked("The connection could be read again"),
    WebhookType.CONNECTION_ENDED: marked("The connection was ended"),
    WebhookType.TEST: marked("A test"),
}
TYPES = {kind: lazy(words) for kind, words in KINDS.items()}
OUTCOMES = {
    WebhookOutcome.TAKEN: lazy("Received"),
    WebhookOutcome.REFUSED: lazy("Answered with an error"),
    WebhookOutcome.REDIRECTED: lazy("Pointed to another address, which we do not follow"),
    WebhookOutcome.GONE: lazy("Answered that the address is no longer in use"),
    WebhookOutcome.TOO_SLOW: lazy("Did not answer within ten seconds"),
    WebhookOutcome.UNREACHABLE: lazy("Could not be reached"),
    WebhookOutcome.NAME_UNKNOWN: lazy("The server name does not exist"),
    WebhookOutcome.PRIVATE_ADDRESS: lazy(
        "The address leads to an inner network, where we send nothing"
    ),
    WebhookOutcome.NOT_TRUSTED: lazy("The certificate could not be verified"),
    WebhookOutcome.NOT_HTTP: lazy("Answered with something that is not HTTP"),
}
PAUSES = {
    PauseReason.BY_HAND: lazy("Somebody paused it."),
    PauseReason.GONE: lazy("The receiver answered that the address is no longer in use."),
    PauseReason.DEAD: lazy("The receiver has taken nothing for three days."),
}
URLS = {
    "form": lazy("Write a whole address, such as https://analys.example.se/webhooks."),
    "https": lazy("The address must begin with https."),
    "port": lazy("Leave out the port, or choose one above 1023."),
}
