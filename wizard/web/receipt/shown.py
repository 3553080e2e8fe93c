"""The receipt, for display."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from wizard.extensions import database
from wizard.models import ConnectionStatus, Consent, Invitation, LetterStatus, Step, now
from wizard.services.connections import endings
from wizard.services.connections.endings import Ending
from wizard.services.consents import disconnect_codes, receipts
from wizard.services.consents.disconnect_codes import Standing
from wizard.services.consents.receipts import Held
from wizard.services.upkeep import retention
from wizard.web.disconnection.end_texts import address_hint
from wizard.web.forms.letters import can_mail
from wizard.web.onboarding.visit import visit_to
from wizard.web.onboarding.wording import words_of

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Receipt:
    """Who approved what and when, and what the check could read."""

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
    ends_on: date | None


@dataclass(frozen=True)
class Mailing:
    """What the page says of the receipt's mail: what became of the last one, and what may be asked for.

    ``state`` is waiting, retrying, sent, bounced or empty; ``may_name``: to an address of her choice;
    ``offered`` is that of the provider, for her to confirm.
    """

    state: str
    address: str | None
    at: datetime | None
    known: str | None
    may_name: bool
    offered: str | None


def mailing_of(held: Held) -> Mailing:
    """What became of the receipt's mail, with no address in full but the one to confirm."""
    mailed = receipts.mailed(database.session, held.consent)
    last, known = mailed.last, mailed.known
    state = last.status.value if last else ""
    if last and last.status is LetterStatus.WAITING and last.tries and last.refusal:
        state = "retrying"
    return Mailing(
        state=state if can_mail() or state == LetterStatus.SENT else "",
        address=address_hint(last.recipient) if last and last.recipient else None,
        at=(last.sent_at or last.due_at) if last else None,
        known=address_hint(known.email) if known else None,
        may_name=can_mail() and held.gave_it and receipts.may_name_address(held.consent, known),
        offered=held.consent.approver_email if held.gave_it and not last else None,
    )


def is_news(consent: Consent) -> bool:
    """True while the page may say that all is done: on that day, and as long as the connection works."""
    fresh = now() - consent.approved_at < receipts.ASKED_FOR
    return fresh and consent.connection.status is ConnectionStatus.ACTIVE


def facts_of(consent: Consent, invitation: Invitation | None = None) -> dict[str, Any]:
    """What the receipt's page and its file are told: in two statements, or one when handed the invitation."""
    session, ending = database.session, ending_of(consent)
    standing = Standing(may_end=False, asked=False)
    if ending is None:
        standing = disconnect_codes.standing(session, consent)
    return {
        "visit": visit_to(invitation or receipts.invitation_of(session, consent), Step.APPROVE),
        "receipt": receipt_of(consent),
        "connection": consent.connection,
        "ending": ending,
        "standing": standing,
        "moment": now(),
        "can_mail": can_mail(),
        "kept_years": retention.RECEIPTS // YEAR,
    }


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
        ends_on=consent.ends_on,
    )


def ending_of(consent: Consent) -> Ending | None:
    """How the approved connection has ended; None if it has not."""
    if consent.connection.is_living:
        return None
    return endings.of_connection(database.session, consent.connection.public_id)
