"""What the letters' templates are told: the people, the company and the addresses, as plain facts."""

from typing import Any

from sqlalchemy.orm import Session

from wizard.mail.addresses import Addresses
from wizard.mail.staff_contents import cure_of, staff_facts
from wizard.models import Consent, Invitation, Letter, LetterKind, User
from wizard.services import endings, standstills
from wizard.services.letters import Addressee


def facts_of(
    session: Session, letter: Letter, addresses: Addresses, secret: str | None
) -> dict[str, Any]:
    """Everything the template of this letter asks for; ``secret`` is its own key's."""
    invitation = letter.invitation
    if invitation is None:
        return staff_facts(session, letter, addresses)
    to = Addressee(letter.recipient, "sv", letter.recipient_name)
    sender = letter.made_by or invitation.created_by
    facts = inviting_facts(invitation, sender, addresses, to, letter.words, letter.signed)
    if letter.kind.invites and secret:
        facts["link"] = addresses.link(secret)
    if letter.kind is LetterKind.RECEIPT and letter.consent:
        facts |= _receipt(letter.consent, addresses, secret)
    if letter.kind is LetterKind.DISCONNECT_CODE:
        facts["disconnect_code"] = (secret or "").upper()
    if letter.kind in {LetterKind.DISCONNECTED, LetterKind.END_RECEIPT}:
        facts["ending"] = endings.of_invitation(session, invitation.id)
    if letter.kind is LetterKind.STUCK:
        facts["step"], cause = standstills.where_it_stands(session, invitation)
        facts["cause"], facts["cure"] = cause, cure_of(cause, addresses)
    if letter.about:
        facts["about"] = letter.about
    return facts


def inviting_facts(
    invitation: Invitation,
    sender: User | None,
    addresses: Addresses,
    to: Addressee,
    words: str | None,
    signed: str | None = None,
) -> dict[str, Any]:
    """What is true of an invitation, with no link: a preview has none."""
    company = invitation.company
    return {
        "provider": invitation.provider,
        "company": company.name,
        "number": company.organisation_number,
        "firm": company.firm.name,
        "sender": sender.name if sender else None,
        "asker": sender.name if sender else company.firm.name,
        "contact": company.firm,
        "code": invitation.code.upper(),
        "renewal": invitation.renews_id is not None,
        "expires_at": invitation.expires_at,
        "to_name": to.name,
        "words": words,
        "signed": signed,
        "link": None,
        "link_begins": addresses.link(""),
        "public": addresses.public,
        "help": addresses.help,
        "page": addresses.company(company.public_id),
    }


def _receipt(consent: Consent, addresses: Addresses, secret: str | None) -> dict[str, Any]:
    connection = consent.connection
    return {
        "consent": consent,
        "receipt": {
            "proof": connection.proof.value,
            "proof_voucher": connection.proof_voucher,
        },
        "link": addresses.receipt(secret or ""),
    }
