"""What delivering webhooks takes, from the settings and the routes of this application."""

from wizard.extensions import settings, vault
from wizard.web.addresses import for_letters
from wizard.webhooks.delivery import Carrier
from wizard.webhooks.posting import Poster


def carrier() -> Carrier:
    """How webhooks are signed and posted here, and who is told when a receiver is paused."""
    return Carrier(
        vault=vault,
        poster=Poster(local=settings.webhook_local),
        page=for_letters().company,
        operator=settings.operator_email,
    )
