"""What the templates of letters about an invitation are told: people, company and addresses, as plain facts."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from wizard.causes import CAUSES, Cause
from wizard.models import Company, Invitation, Letter, Standing, User, Whose, now
from wizard.services import outbox
from wizard.services.connections import endings
from wizard.services.consents import disconnect_codes
from wizard.services.invitations import stuck
from wizard.services.letters.draft import Draft
from wizard.services.letters.links import Addresses
from wizard.services.letters.staff_contents import cure_of
from wizard.services.outbox import Addressee

# As long after an approval, what its check could read is still what is there.
NEWS = timedelta(days=1)
NAMED = 40  # companies in one mail; all are on the page that it leads to


def invitation_facts(draft: Draft) -> dict[str, Any]:
    """What every letter about an invitation is told."""
    letter, invitation = draft.letter, draft.letter.its_invitation
    to = Addressee(letter.recipient, "sv", letter.recipient_name)
    sender = letter.made_by or invitation.created_by
    facts = inviting_facts(invitation, sender, draft.addresses, to, letter.words, letter.signed)
    if letter.kind.tells_staff:
        hers = (invitation.created_by, invitation.company.looked_after_by)
        facts["move"] = _move_of(draft.session, invitation.company)
        facts["is_sender"] = letter.recipient in [she.email for she in hers if she]
    return facts | {"about": letter.about} if letter.about else facts


def _move_of(session: Session, company: Company) -> Standing | None:
    """Whose move it is as the letter goes; None where it is nobody's."""
    standing = session.scalar(select(Standing).where(Standing.company_id == company.id))
    return standing if standing and standing.whose is not Whose.NOBODY else None


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


def of_many(draft: Draft) -> dict[str, Any]:
    """What a mail about several companies is told: each of them, and of people what is true for all.

    ``companies`` are at most forty, by name; ``more`` is how many are not named. ``quotes`` are the
    different lines that people chose to write, each with its writer's name.
    """
    letters = [draft.letter, *draft.companions]
    invitations = [letter.its_invitation for letter in letters]
    companies = sorted((one.company for one in invitations), key=lambda one: one.sort_key)
    senders = {letter.made_by or letter.its_invitation.created_by for letter in letters}
    sender = senders.pop() if len(senders) == 1 else None
    firm = companies[0].firm
    reached = {company.to_call for company in companies}
    return {
        "companies": [
            {"company": company.name, "number": company.organisation_number}
            for company in companies[:NAMED]
        ],
        "number_of": len(companies),
        "more": max(0, len(companies) - NAMED),
        "sender": sender.name if sender else None,
        "asker": sender.name if sender else firm.name,
        "contact": companies[0].to_call if len(reached) == 1 else firm,
        "renewal": all(one.renews_id is not None for one in invitations),
        "expires_at": min(one.expires_at for one in invitations),
        "ends_alike": len({one.expires_at.date() for one in invitations}) == 1,
        "quotes": sorted(
            {(_asker(letter), letter.words) for letter in letters if letter.words is not None}
        ),
    }


def bounced(draft: Draft) -> dict[str, Any]:
    """The names of the other companies that the same mail was about, of those that its reader looks after."""
    about = draft.letter.about
    if about is None:
        return {"others": []}
    first = about.together_id or about.id
    same_mail = or_(Letter.id == first, Letter.together_id == first)
    letters = draft.session.scalars(
        select(Letter)
        .where(same_mail, Letter.id != about.id, Letter.invitation_id.is_not(None))
        .options(joinedload(Letter.invitation).joinedload(Invitation.company))
    )
    hers = [letter.its_invitation for letter in letters]
    companies: list[Company] = [
        one.company for one in hers if outbox.told_of(one)[0] == draft.letter.recipient
    ]
    return {"others": [one.name for one in sorted(companies, key=lambda one: one.sort_key)]}


def _asker(letter: Letter) -> str:
    sender = letter.made_by or letter.its_invitation.created_by
    return sender.name if sender else letter.its_invitation.company.firm.name


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


def consent_ends(draft: Draft) -> dict[str, Any]:
    """The last day on which the connection may be read."""
    return {"ends_on": date.fromisoformat(draft.letter.topic or "")}


def insight_asked(draft: Draft) -> dict[str, Any]:
    """Who asks what her permission was used for: whom to answer."""
    return {"consent": draft.letter.consent}


def standstill(draft: Draft) -> dict[str, Any]:
    """Where the approver is, and what stopped her."""
    step, cause = stuck.where_it_stands(draft.session, draft.letter.its_invitation)
    return {"step": step, "cause": cause, "cure": cure_of(cause, draft.addresses)}
