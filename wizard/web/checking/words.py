"""What a check found, in a sentence or two."""

from flask_babel import gettext

from wizard.models import ConnectionStatus
from wizard.services.health import Finding


def told(found: Finding) -> tuple[str, str]:
    """The message and its category."""
    if found.status is ConnectionStatus.DISCONNECTED:
        return gettext("The connection has been ended."), "error"
    if found.status is ConnectionStatus.RENEWAL_NEEDED:
        return gettext("The connection needs to be renewed. The reason stands below."), "error"
    if found.read:
        return gettext("The connection works. It was read just now."), "message"
    if found.away:
        return gettext("The accounting program does not answer just now. We go on trying."), "error"
    if found.status is ConnectionStatus.DISTURBED:
        return gettext("Something is wrong with us, not with the connection. We look into it."), (
            "error"
        )
    return gettext("So much else is read just now that there was no time. Try in a minute."), (
        "error"
    )
