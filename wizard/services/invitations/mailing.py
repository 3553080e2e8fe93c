"""What people ask to have mailed: an invitation, a hand-over to a colleague, a lost link once more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    LIVING,
    WORKING,
    Actor,
    Authorization,
    Company,
    EventKind,
    Invitation,
    InvitationKey,
    Letter,
    LetterKind,
    LetterStatus,
    User,
    now,
)
from wizard.services import outbox
from wizard.services.companies.company_directory import connection_of
from wizard.services.concurrency.locks import hold, hold_all, hold_company
from wizard.services.crypto.digests import digest
from wizard.services.history import record
from wizard.services.invitations import reminders
from wizard.services.invitations.inviting import refuse_if_working
from wizard.services.invitations.lifecycle import begin, hand_over_begun, living_invitation
from wizard.services.outbox import SHOWN, Addressee

MOST_IN_ONE = 100  # companies in one mail


@dataclass(frozen=True)
class Colleague:
    """Whom the approver asks, and how she signs."""

    to: Addressee
    signed: str
    words: str | None


@dataclass(frozen=True)
class Asked:
    """A company to be asked about, and who asks."""

    company: Company
    staff: User | None


def mail_invitation(
    session: Session,
    company: Company,
    provider: str,
    staff: User | None,
    to: Addressee,
    words: str | None,
) -> None:
    """Mail an invitation, made now unless one lives, and plan its reminders. Commits.

    ConnectedAlreadyError when the company needs none.
    """
    _ask(session, company, provider, staff, to, words)
    session.commit()


def mail_together(
    session: Session, asked: Sequence[Asked], provider: str, to: Addressee
) -> list[Invitation]:
    """Mail one person about companies of a firm, in one mail; the invitations made. The caller commits.

    A company that somebody has been asked about meanwhile, or that needs no approval, is left out.
    At most MOST_IN_ONE are in one mail: more become another.
    """
    in_order = sorted(asked, key=lambda one: one.company.id)
    for one in in_order:  # all before anything else is locked
        hold_company(session, one.company.id)
    free = [one for one in in_order if _may_be_asked(session, one.company)]
    return [_ask(session, one.company, provider, one.staff, to, None) for one in free]


def mail_links(
    session: Session, invitations: Sequence[Invitation], staff: User, to: Addressee
) -> None:
    """Mail one person a new link to open invitations of a firm, in one mail. The caller commits.

    Their reminders are planned anew.
    """
    for one in hold_all(session, invitations):
        _ask(session, one.company, one.provider, staff, to, None)


def _may_be_asked(session: Session, company: Company) -> bool:
    if living_invitation(session, company):
        return False
    connection = connection_of(session, company)
    return connection is None or connection.status not in WORKING


def _ask(
    session: Session,
    company: Company,
    provider: str,
    staff: User | None,
    to: Addressee,
    words: str | None,
) -> Invitation:
    refuse_if_working(session, company)
    invitation = living_invitation(session, company) or begin(session, company, provider, staff)
    hold(session, invitation)  # so that two mailed at once leave one set of reminders
    if staff and invitation.created_by_id is None:  # made by a command: now it has a sender
        invitation.created_by_id = staff.id
    if staff and company.responsible_id is None and staff.firm_id == company.firm_id:
        company.responsible_id = staff.id
    outbox.post(session, LetterKind.INVITATION, invitation, to, staff=staff, words=words)
    reminders.schedule(session, invitation, to, staff)
    return invitation


def mail_colleague(session: Session, key: InvitationKey, colleague: Colleague) -> None:
    """Mail a colleague a separate link. Commits. Raises InvitationEndedError."""
    hand_over_begun(session, key.invitation)
    letter = outbox.post(
        session,
        LetterKind.HAND_OVER,
        key.invitation,
        colleague.to,
        words=colleague.words,
        signed=colleague.signed,
    )
    letter.from_key_id = key.id
    session.commit()


def asked_from(session: Session, key: InvitationKey) -> list[Letter]:
    """The letters to colleagues that were asked for with this link, the newest first. One statement."""
    found = select(Letter).where(
        Letter.invitation_id == key.invitation_id,
        Letter.from_key_id == key.id,
        Letter.recipient != "",
        Letter.status != LetterStatus.CANCELLED,
    )
    return list(session.scalars(found.order_by(Letter.id.desc()).limit(SHOWN)))


def find_astray(session: Session, state_hash: bytes) -> Letter | None:
    """The letter whose reader returned from the provider without a session, to be mailed again.

    The state only identifies the invitation: it can cause a mail to a known address, nothing else.
    """
    authorization = session.scalar(
        select(Authorization)
        .where(Authorization.state_hash == state_hash)
        .options(joinedload(Authorization.key), joinedload(Authorization.invitation))
    )
    if (
        authorization is None
        or authorization.key.ended_at
        or authorization.invitation.status_at(now()) not in LIVING
    ):
        return None
    hers = Letter.id == authorization.key.letter_id
    mailed = select(Letter).where(
        Letter.invitation_id == authorization.invitation_id,
        Letter.kind.in_([LetterKind.INVITATION, LetterKind.HAND_OVER]) | hers,
        Letter.status == LetterStatus.SENT,
        Letter.recipient != "",  # her address may have had its time
    )
    return session.scalar(
        mailed.order_by(hers.desc().nulls_last(), Letter.id.desc())
        .limit(1)
        .options(joinedload(Letter.invitation).joinedload(Invitation.company))
    )


def mail_again(session: Session, earlier: Letter) -> None:
    """Mail a new link to the address of an earlier letter. Commits."""
    to = Addressee(
        earlier.recipient, "en" if earlier.language == "en" else "sv", earlier.recipient_name
    )
    invitation = earlier.its_invitation
    record(session, EventKind.LINK_AGAIN_ASKED, invitation, actor=Actor.APPROVER)
    outbox.post(session, LetterKind.LINK_AGAIN, invitation, to, signed=earlier.signed)
    session.commit()


def state_digest(state: str) -> str:
    """What a browser may keep of a state that is not its own."""
    return digest(state).hex()
