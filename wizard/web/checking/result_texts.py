"""Messages for the findings of a check by hand."""

from flask_babel import gettext

from wizard.models import UNREADABLE, ConnectionStatus
from wizard.services.connections.health import Finding


def message_for(finding: Finding) -> tuple[str, str]:
    """The message to show for a finding, and the category of the flash message."""
    if finding.status is ConnectionStatus.DISCONNECTED:
        return gettext("The connection has been ended."), "error"
    if finding.status is ConnectionStatus.RENEWAL_NEEDED:
        return gettext("The connection needs to be renewed. The reason stands below."), "error"
    if finding.read:
        return gettext("The connection works. It was read just now."), "message"
    if finding.doubted:
        return gettext(
            "The accounting program refused the reading, which may be a mistake. "
            "We read it once more in a few minutes, before anything is changed."
        ), "error"
    if finding.away:
        return gettext("The accounting program does not answer just now. We go on trying."), "error"
    if finding.status in UNREADABLE:
        return gettext(
            "Something is wrong with us, not with the connection. It is noted in our log."
        ), ("error")
    return gettext("So much else is read just now that there was no time. Try in a minute."), (
        "error"
    )
