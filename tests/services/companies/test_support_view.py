"""What support sees of a company: letters, links, and whether something has changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import (
    Contact,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    Step,
    now,
)
from wizard.services.companies import support_view
from wizard.services.invitations import lifecycle, visits
from wizard.services.invitations.mailing import mail_invitation
from wizard.services.outbox import Addressee


def test_a_link_is_the_address_it_was_mailed_to_else_who_made_it(
    session: Session, cast: Cast
) -> None:
    mail_invitation(
        session, cast.company, "visma", cast.owner, Addressee("berit@example.com", "en"), None
    )
    letter = session.scalars(select(Letter).where(Letter.kind == LetterKind.INVITATION)).one()
    lifecycle.key_for_letter(session, letter, KeyPurpose.MAILED)
    letter.status, letter.sent_at = LetterStatus.SENT, now()
    session.commit()
    invitation = letter.its_invitation
    lifecycle.show_link(session, invitation, cast.owner)
    found = support_view.links(session, invitation.id)
    assert [(one.recipient, one.made_by, one.is_working) for one in found] == [
        (None, "Olga Ek", True),
        ("berit@example.com", "Olga Ek", True),
    ]
    assert session.scalars(select(Contact.email)).all() == ["berit@example.com"]


def test_the_mark_changes_when_she_moves_and_not_before(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    before = support_view.mark(session, cast.company)
    assert support_view.mark(session, cast.company) == before
    key = session.scalars(
        select(InvitationKey).where(InvitationKey.invitation_id == link.invitation.id)
    ).one()
    visits.advance(session, key, Step.WELCOME)
    assert support_view.mark(session, cast.company) != before
