"""What the letters' templates are told: the people, the company and the addresses, as plain facts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from wizard.models import Consent, Invitation, Letter, LetterKind, User
from wizard.services import standstills
from wizard.services.letters import Addressee


@dataclass(frozen=True)
class Addresses:
    """How addresses in letters are made; given by the entries, since only they know the routes."""

    public: str
    link: Callable[[str], str]
    receipt: Callable[[str], str]
    company: Callable[[str], str]
    help: Callable[[str], str]


def facts_of(
    session: Session, letter: Letter, addresses: Addresses, secret: str | None
) -> dict[str, Any]:
    """Everything the template of this letter asks for; ``secret`` is its own key's."""
    to = Addressee(letter.recipient, "sv", letter.recipient_name)
    sender = letter.made_by or letter.invitation.created_by
    facts = inviting_facts(letter.invitation, sender, addresses, to, letter.words, letter.signed)
    if letter.kind.invites and secret:
        facts["link"] = addresses.link(secret)
    if letter.kind is LetterKind.RECEIPT and letter.consent:
        facts |= _receipt(letter.consent, addresses, secret)
    if letter.kind is LetterKind.STUCK:
        facts["step"], facts["cause"] = standstills.where_it_stands(session, letter.invitation)
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
