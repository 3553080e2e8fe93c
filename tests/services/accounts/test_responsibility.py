"""The companies that a member is responsible for, and handing them to a colleague."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.mail import Mail
from wizard.models import AuditAction, AuditEntry, Invitation, KeyPurpose, Letter, LetterStatus
from wizard.services.accounts import responsibility
from wizard.services.invitations import lifecycle


def test_she_is_responsible_for_what_she_invited_while_it_lives(
    session: Session, cast: Cast
) -> None:
    assert responsibility.companies_of(session, cast.owner) == ([], 0)
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert responsibility.companies_of(session, cast.owner) == ([cast.company], 1)
    assert responsibility.companies_of(session, cast.colleague) == ([], 0)
    make_connection(session, link)
    assert responsibility.companies_of(session, cast.owner) == ([cast.company], 1)


def test_a_colleague_takes_over_invitations_and_letters_that_wait(
    session: Session, cast: Cast, mail: Mail
) -> None:
    invitation = mail()
    responsibility.hand_over(session, cast.owner, cast.colleague)
    session.commit()
    assert responsibility.companies_of(session, cast.owner) == ([], 0)
    assert responsibility.companies_of(session, cast.colleague) == ([cast.company], 1)
    waiting = select(Letter.made_by_id).where(Letter.status == LetterStatus.WAITING)
    assert set(session.scalars(waiting)) == {cast.colleague.id}
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.COMPANY_CHANGED)
    ).one()
    assert (entry.before, entry.after) == (
        {"responsible": cast.owner.email},
        {"responsible": cast.colleague.email},
    )
    responsibility.hand_over(session, cast.colleague, None)
    session.commit()
    assert session.get_one(Invitation, invitation.id).created_by_id is None


def test_colleagues_work_at_the_same_firm_and_have_open_accounts(
    session: Session, cast: Cast
) -> None:
    assert responsibility.colleagues_of(session, cast.owner) == [cast.colleague]
    assert responsibility.colleagues_of(session, cast.support) == [cast.admin]
    cast.colleague.active = False
    assert responsibility.colleagues_of(session, cast.owner) == []
