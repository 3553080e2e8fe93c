"""Consents for tests that do not concern their creation."""

import os

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import (
    Authorization,
    Consent,
    InvitationKey,
)


def consent_for(
    session: Session, invitation_id: int, connection_id: int, **changes: object
) -> Consent:
    """A consent as an authorization creates it."""
    authorization = Authorization(
        invitation_id=invitation_id,
        key_id=session.scalars(select(InvitationKey.id)).first(),
        state_hash=os.urandom(32),
        browser_hash=b"b" * 32,
        cause="wrong_company",
    )
    session.add(authorization)
    session.flush()
    facts: dict[str, object] = {
        "firm_name": "Byrån AB",
        "company_name": "Anna Eks enskilda firma",
        "organisation_number": "8001011231",
        "provider": "visma",
        "scopes": "",
        "wording": "",
        "approver_name": "Frida Fors",
        **changes,
    }
    consent = Consent(connection_id=connection_id, authorization_id=authorization.id, **facts)
    session.add(consent)
    session.flush()
    return consent
