"""What support does about an invitation."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Letter, LetterKind, LetterStatus, now
from wizard.services.invitations import for_support
from wizard.services.invitations.mailing import mail_invitation
from wizard.services.outbox import Addressee


def test_a_link_is_mailed_again_to_whom_the_last_was_in_her_language(
    session: Session, cast: Cast
) -> None:
    to = Addressee("berit@example.com", "en")
    mail_invitation(session, cast.company, "visma", cast.owner, to, None)
    letter = session.scalars(select(Letter).where(Letter.kind == LetterKind.INVITATION)).one()
    invitation = letter.its_invitation
    assert for_support.last_recipient(session, invitation) is None
    letter.status, letter.sent_at = LetterStatus.SENT, now()
    session.commit()
    assert for_support.last_recipient(session, invitation) is letter
    for_support.mail_link(session, invitation, cast.support, letter)
    again = session.scalars(select(Letter).where(Letter.kind == LetterKind.LINK_AGAIN)).one()
    assert (again.recipient, again.language) == ("berit@example.com", "en")
    assert (again.invitation_id, again.made_by_id) == (invitation.id, cast.support.id)
