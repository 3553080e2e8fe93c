"""The delivery context for webhooks, from the settings and routes of the current application."""

from wizard.extensions import settings, vault
from wizard.webhooks.posting import Poster
from wizard.webhooks.sending import DeliveryContext
from wizard.wiring.addresses import for_letters


def delivery_context() -> DeliveryContext:
    """What delivery needs: the vault, the poster, the page for renewal, and the operator's address."""
    return DeliveryContext(
        vault=vault,
        poster=Poster(local=settings.webhook_local),
        page=for_letters().company,
        operator=settings.operator_email,
    )
