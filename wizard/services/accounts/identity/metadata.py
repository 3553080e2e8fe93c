"""What a provider says of itself (OpenID Connect Discovery 1.0): its issuer, addresses and ways."""

from authlib.integrations.requests_client import OAuth2Session
from pydantic import BaseModel, ValidationError
from requests import RequestException
from urllib3.exceptions import HTTPError

from wizard.net.addresses import Reach, UnreachableError
from wizard.services.accounts.identity.transport import AddressRefusedError, checked

WELL_KNOWN = "/.well-known/openid-configuration"
OK, REFUSED = 200, (401, 403)
# What a call to a provider ends with when it is not there, or says what cannot be read.
FAILURES = (RequestException, HTTPError, UnreachableError, AddressRefusedError, OSError, ValueError)


class ProviderDownError(Exception):
    """The provider did not answer, or not with what the protocol asks for; nothing is known of the person."""


class GoneError(Exception):
    """The provider says that she is not to be here any more: her token is worth nothing."""


class MetadataInvalidError(ValueError):
    """The metadata is not that of one issuer at this address; an address that any organisation shares is not."""


class Metadata(BaseModel):
    """The fields of the metadata that we use, under their names there; addresses are checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    scopes_supported: list[str] = []
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    @property
    def addresses(self) -> list[str]:
        """Where people or secrets are sent."""
        given = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return [*given, *([self.userinfo_endpoint] if self.userinfo_endpoint else [])]


def fetch(session: OAuth2Session, metadata_url: str, reach: Reach) -> Metadata:
    """The metadata, asked for anew. Raises MetadataInvalidError or ProviderDownError.

    The issuer must be the one at whose address the metadata stands (Discovery 4.3), so that no provider
    speaks for another. Entra ID's address for all tenants says ``{tenantid}`` there, and is refused.
    """
    found = _parsed(fetch_json(session, metadata_url))
    if f"{found.issuer.rstrip('/')}{WELL_KNOWN}" != metadata_url:
        raise MetadataInvalidError
    try:
        for address in found.addresses:
            checked(address, reach)
    except AddressRefusedError:
        raise MetadataInvalidError from None
    return found


def fetch_json(session: OAuth2Session, address: str, token: str | None = None) -> object:
    """What stands at an address as JSON; with ``token`` as its bearer.

    Raises ProviderDownError, or GoneError for a token that is refused.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = session.request("GET", address, headers=headers, withhold_token=True)
        if token and answer.status_code in REFUSED:
            raise GoneError
        if answer.status_code != OK:
            raise ProviderDownError(f"status {answer.status_code}")
        found: object = answer.json()
    except FAILURES as error:
        raise ProviderDownError(type(error).__name__) from None
    return found


def _parsed(found: object) -> Metadata:
    try:
        return Metadata.model_validate(found)
    except ValidationError:
        raise MetadataInvalidError from None
