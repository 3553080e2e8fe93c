"""Our client at an identity provider, from the settings, the vault and the routes."""

from wizard.extensions import settings, vault
from wizard.models import IdentityProvider
from wizard.net.addresses import Reach
from wizard.services.accounts.identity.client import Client
from wizard.wiring import addresses


def client_of(provider: IdentityProvider) -> Client:
    """Who we are at this provider; each has a callback of its own, so that none answers for another."""
    return Client(
        metadata_url=provider.metadata_url,
        client_id=provider.client_id,
        client_secret=vault.open(provider.client_secret or "", provider, "client_secret"),
        redirect_uri=addresses.single_sign_on_callback(provider.public_id),
        groups_claim=provider.groups_claim,
        reach=reach(),
    )


def reach() -> Reach:
    """Where providers may stand: on the internet; when the wizard itself is tried, on this computer too."""
    return Reach.INTERNET if settings.https else Reach.INTERNET | Reach.THIS_COMPUTER


def break_glass() -> frozenset[str]:
    """The addresses of admins who may always sign in with their password."""
    return frozenset(settings.break_glass_email.split())
