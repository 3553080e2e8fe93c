"""What services that speak to a provider work with."""

from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from wizard.providers.base import Provider
from wizard.services.crypto.vault import Vault


@dataclass(frozen=True)
class ProviderContext:
    """Sessions are the service's own, since no transaction may be open while a provider answers."""

    sessions: sessionmaker[Session]
    provider: Provider
    vault: Vault
