"""The receipt as it is shown."""

from dataclasses import dataclass
from datetime import datetime

from wizard.extensions import database
from wizard.models import ConnectionStatus, Consent
from wizard.services import endings
from wizard.services.endings import Ending
from wizard.web.authorization.wording import words_of


@dataclass(frozen=True)
class Receipt:
    """Who approved what, when, and what the check could read."""

    number: str
    firm_name: str
    company_name: str
    organisation_number: str
    approver_name: str | None
    approver_email: str | None
    approved_at: datetime
    proof: str
    proof_voucher: str | None
    read_only: bool
    words: str
    words_language: str


def receipt_of(consent: Consent) -> Receipt:
    """The receipt of a consent."""
    return Receipt(
        number=consent.public_id,
        firm_name=consent.firm_name,
        company_name=consent.company_name,
        organisation_number=consent.organisation_number,
        approver_name=consent.approver_name,
        approver_email=consent.approver_email,
        approved_at=consent.approved_at,
        proof=consent.connection.proof.value,
        proof_voucher=consent.connection.proof_voucher,
        read_only=consent.connection.read_only,
        words=words_of(consent.provider, consent.wording),
        words_language=consent.wording.partition("/")[2] or "sv",
    )


def ending_of(consent: Consent) -> Ending | None:
    """How what was approved has ended; None while it lives."""
    if consent.connection.status is not ConnectionStatus.DISCONNECTED:
        return None
    return endings.of_connection(database.session, consent.connection.public_id)
