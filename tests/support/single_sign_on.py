"""Identity providers of tests in the database, and people whom they vouch for."""

from typing import Any

from sqlalchemy.orm import Session

from tests.support.identity_provider import CLIENT_ID, SECRET
from wizard.models import Firm, IdentityProvider
from wizard.services.accounts import identity_providers
from wizard.services.accounts.identity.client import Found
from wizard.services.accounts.identity.person import Person
from wizard.services.accounts.identity_providers import Groups, Registration
from wizard.services.crypto.vault import Vault

NOWHERE = "https://login.example.com/.well-known/openid-configuration"
VAULT = Vault({"t1": b"0123456789abcdef0123456789abcdef"})


def provider_for(
    session: Session,
    *places: tuple[Firm, str | None],
    name: str = "Byråns inloggning",
    metadata_url: str = NOWHERE,
    **groups: Any,
) -> IdentityProvider:
    registration = Registration(metadata_url, CLIENT_ID, SECRET)
    return identity_providers.create(
        session, VAULT, name, registration, list(places), Groups(**groups)
    )


def found(
    subject: str = "s1",
    email: str | None = "ny@example.com",
    name: str | None = "Nya Berg",
    groups: frozenset[str] | None = frozenset(),
    token: str | None = None,
) -> Found:
    return Found(Person(subject, email, name, groups), token)
