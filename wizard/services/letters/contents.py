"""What the templates of letters about an invitation are told: people, company and addresses, as plain facts."""

from datetime import timedelta
from typing import Any

from wizard.causes import CAUSES, Cause
from wizard.models import Invitation, User, now
from wizard.services.connections import endings
from wizard.services.consents import disconnect_codes
from wizard.services.invitations import stuck
from wizard.services.letters.draft import Draft
from wizard.services.letters.links import Addresses
from wizard.services.letters.staff_contents import cure_of
from wizard.services.outbox import Addressee

# As long after an approval, what its check could read is still what is there.
NEWS = timedelta(days=1)


def invitation_facts(draft: Draft) -> dict[str, Any]:
    """What every letter about an invitation is told."""
    letter, invitation = draft.letter, draft.letter.its_invitation
    to = Addressee(letter.recipient, "sv", letter.recipient_name)
    sender = letter.made_by or invitation.created_by
    facts = inviting_facts(invitation, sender, draft.addresses, to, letter.words, letter.signed)
    if letter.kind.tells_staff:
        hers = (invitation.created_by, invitation.company.looked_after_by)
        facts["is_sender"] = letter.recipient in [she.email for she in hers if she]
    return facts | {"about": letter.about} if letter.about else facts


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
        "contact": company.to_call,
        "code": invitation.code.upper(),
        "renewal": invitation.renews_id is not None,
        "expires_at": invitation.expires_at,
        "to_name": to.name,
        "words": words,
        "signed": signed,
        "link": None,
        "link_begins": addresses.link(""),
        "identity_host": addresses.identity_hosts[invitation.provider],
        "public": addresses.public,
        "help": addresses.help,
        "page": addresses.company(company.public_id),
    }


def link(draft: Draft) -> dict[str, Any]:
    """The letter's own way into the guide."""
    return {"link": draft.addresses.link(draft.secret)} if draft.secret else {}


def approve_again(draft: Draft) -> dict[str, Any]:
    """Why her attempt came to nothing, and a link to the same step."""
    cause = Cause(draft.letter.topic or Cause.STALE_CODE)
    ours, late = CAUSES[cause].alert, cause is Cause.STALE_CODE
    cure = None if ours or late else cure_of(cause, draft.addresses)
    return link(draft) | {"cause": cause.value, "about_us": ours, "cure": cure}


def no_need(draft: Draft) -> dict[str, Any]:
    """Why there is nothing more for her to approve: the end of her link."""
    return {"end": draft.letter.topic or Cause.FINISHED.value}


def receipt(draft: Draft) -> dict[str, Any]:
    """What was approved, what was read to prove it, how it is now, and the way back to the receipt.

    ``may_end``: it still rests on this approval, so that the receipt can end it.
    """
    consent = draft.letter.consent
    if consent is None:
        return {}
    connection = consent.connection
    living = connection.is_living
    standing = disconnect_codes.standing(draft.session, consent)
    return {
        "consent": consent,
        "status": connection.status.value,
        "last_read_at": connection.last_read_at,
        "ending": None if living else endings.of_connection(draft.session, connection.public_id),
        "may_end": living and standing.may_end,
        "fresh": now() - consent.approved_at < NEWS,
        "receipt": {
            "proof": connection.proof.value,
            "proof_voucher": connection.proof_voucher,
        },
        "link": draft.addresses.receipt(draft.secret or ""),
        "ask_consents": draft.addresses.ask_consents,
    }


def disconnect_code(draft: Draft) -> dict[str, Any]:
    """The code, as it is read out."""
    return {"disconnect_code": (draft.secret or "").upper()}


def ending(draft: Draft) -> dict[str, Any]:
    """How the connection that the invitation led to has ended."""
    invitation = draft.letter.its_invitation
    return {"ending": endings.of_invitation(draft.session, invitation.id)}


def cause_told(draft: Draft) -> dict[str, Any]:
    """What stopped the approver, who asks the sender to read of it."""
    cause = draft.letter.topic
    return {"cause": cause, "cure": cure_of(cause, draft.addresses)}


def consents_link(draft: Draft) -> dict[str, Any]:
    """The link to all that the reader has approved."""
    return {"link": draft.addresses.consents(draft.secret or "")}


def insight_asked(draft: Draft) -> dict[str, Any]:
    """Who asks what her permission was used for: whom to answer."""
    return {"consent": draft.letter.consent}


def standstill(draft: Draft) -> dict[str, Any]:
    """Where the approver is, and what stopped her."""
    step, cause = stuck.where_it_stands(draft.session, draft.letter.its_invitation)
    return {"step": step, "cause": cause, "cure": cure_of(cause, draft.addresses)}
