"""Metadata: of one issuer, at its own address, with addresses that may be asked."""

import pytest

from tests.support.identity_provider import HERE, Issuer
from wizard.services.accounts.identity import metadata
from wizard.services.accounts.identity.metadata import MetadataInvalidError, ProviderDownError
from wizard.services.accounts.identity.transport import session_for


def test_metadata_is_read(issuer: Issuer) -> None:
    found = metadata.fetch(session_for("c", "s", HERE), issuer.metadata_url, HERE)
    assert found.issuer == issuer.url
    assert found.userinfo_endpoint is None


def test_what_is_not_metadata_is_refused(issuer: Issuer) -> None:
    session = session_for("c", "s", HERE)
    with pytest.raises(MetadataInvalidError):
        metadata.fetch(session, f"{issuer.url}/keys", HERE)
    issuer.status = 302
    with pytest.raises(ProviderDownError):
        metadata.fetch(session, issuer.metadata_url, HERE)
