"""Looking after accounts: who may do what to whom, and what becomes of it at once."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast, make_user
from wizard.models import AuditAction, AuditEntry, KeyPurpose, Letter, LetterKind, Role, User
from wizard.services.accounts import administration, responsibility, staff
from wizard.services.accounts.administration import (
    AccountClosedError,
    LastAdminError,
    NotHersError,
    OwnAccountError,
    Standing,
)
from wizard.services.accounts.staff import EmailTakenError, SignInRefusedError
from wizard.services.invitations import lifecycle


def entry(session: Session, action: AuditAction) -> AuditEntry:
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


def test_inviting_creates_an_account_without_a_password_and_a_letter(
    session: Session, cast: Cast
) -> None:
    standing = Standing(Role.MEMBER, cast.firm)
    user = administration.invite(session, cast.admin, "ny@example.com", "Nina Ny", standing)
    assert (user.password_hash, user.active) == (None, True)
    again = administration.invite(session, cast.admin, "NY@example.com", "Nina", standing)
    assert again == user
    letters = session.scalars(select(Letter)).all()
    assert [letter.kind for letter in letters] == [LetterKind.ACCOUNT_INVITE] * 2
    with pytest.raises(EmailTakenError):
        administration.invite(session, cast.admin, cast.owner.email, "Olga", standing)
    with pytest.raises(SignInRefusedError):
        staff.sign_in(session, "ny@example.com", "", None)


def test_a_closed_account_lets_nobody_in_and_opened_again_revives_nothing(
    session: Session, cast: Cast
) -> None:
    token = staff.sign_in(session, cast.owner.email, PASSWORD, None).token
    administration.deactivate(session, cast.admin, cast.owner)
    assert staff.signed_in(session, token) is None
    with pytest.raises(SignInRefusedError):
        staff.sign_in(session, cast.owner.email, PASSWORD, None)
    with pytest.raises(AccountClosedError):
        administration.mail_link(session, cast.admin, cast.owner)
    administration.activate(session, cast.admin, cast.owner)
    assert staff.signed_in(session, token) is None
    assert staff.sign_in(session, cast.owner.email, PASSWORD, None)
    assert entry(session, AuditAction.ACCOUNT_DEACTIVATED).person == cast.owner.email
    assert entry(session, AuditAction.ACCOUNT_ACTIVATED).person == cast.owner.email


def test_a_closed_accounts_companies_go_to_a_colleague(session: Session, cast: Cast) -> None:
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    with pytest.raises(NotHersError):
        administration.deactivate(session, cast.admin, cast.owner, cast.stranger)
    administration.deactivate(session, cast.admin, cast.owner, cast.colleague)
    assert responsibility.companies_of(session, cast.colleague) == ([cast.company], 1)


def test_another_firm_means_other_companies_and_a_new_sign_in(session: Session, cast: Cast) -> None:
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    token = staff.sign_in(session, cast.owner.email, PASSWORD, None).token
    wanted = Standing(Role.MEMBER, cast.other_firm)
    administration.change_standing(session, cast.admin, cast.owner, wanted)
    assert responsibility.companies_of(session, cast.owner) == ([], 0)
    assert staff.signed_in(session, token) is None
    changed = entry(session, AuditAction.ACCOUNT_CHANGED)
    assert (changed.before, changed.after) == ({"firm": "Byrån AB"}, {"firm": "Andra Byrån AB"})


def test_the_mark_alone_ends_no_session_and_goes_with_the_role(
    session: Session, cast: Cast
) -> None:
    token = staff.sign_in(session, cast.owner.email, PASSWORD, None).token
    marked = Standing(Role.MEMBER, cast.firm, may_manage_members=True)
    administration.change_standing(session, cast.admin, cast.owner, marked)
    assert staff.signed_in(session, token)
    administration.change_standing(session, cast.admin, cast.owner, Standing(Role.SUPPORT, None))
    assert not cast.owner.may_manage_members


def test_nobody_closes_or_changes_her_own_account(session: Session, cast: Cast) -> None:
    session.add(make_user("Astrid Annan", Role.ADMIN))
    session.commit()
    with pytest.raises(OwnAccountError):
        administration.deactivate(session, cast.admin, cast.admin)
    with pytest.raises(OwnAccountError):
        administration.change_standing(
            session, cast.admin, cast.admin, Standing(Role.SUPPORT, None)
        )


def test_the_last_admin_who_can_sign_in_stays(session: Session, cast: Cast) -> None:
    invited = Standing(Role.ADMIN, None)
    administration.invite(session, None, "ny@example.com", "Nina Ny", invited)
    with pytest.raises(LastAdminError):
        administration.deactivate(session, None, cast.admin)
    with pytest.raises(LastAdminError):
        administration.change_standing(session, None, cast.admin, Standing(Role.SUPPORT, None))
    assert cast.admin.active
    assert cast.admin.role is Role.ADMIN


def test_two_admins_who_close_each_other_at_once_leave_one(
    app: Flask, session: Session, cast: Cast
) -> None:
    other = make_user("Astrid Annan", Role.ADMIN)
    session.add(other)
    session.commit()
    ids = (cast.admin.id, other.id)
    ready = threading.Barrier(2)

    def close(mine: int, hers: int) -> None:
        with app.extensions["sessions"]() as own:
            by, user = own.get_one(User, mine), own.get_one(User, hers)
            ready.wait()
            try:
                administration.deactivate(own, by, user)
            except LastAdminError:
                own.rollback()

    threads = [threading.Thread(target=close, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    assert len(session.scalars(select(User).where(User.role == Role.ADMIN, User.active)).all()) == 1


ACTS: list[Callable[[Session, User, User], object]] = [
    administration.deactivate,
    administration.activate,
    administration.sign_out,
    administration.mail_link,
    lambda session, by, user: administration.rename(session, by, user, "Nytt Namn"),
]


@pytest.mark.parametrize("act", ACTS)
def test_a_member_reaches_only_members_of_her_firm_and_only_with_the_mark(
    session: Session, cast: Cast, act: Callable[[Session, User, User], object]
) -> None:
    with pytest.raises(NotHersError):
        act(session, cast.owner, cast.colleague)
    cast.owner.may_manage_members = True
    session.commit()
    for user in (cast.stranger, cast.support, cast.admin):
        with pytest.raises(NotHersError):
            act(session, cast.owner, user)
    act(session, cast.owner, cast.colleague)


def test_a_member_gives_no_role_but_member_no_other_firm_and_no_mark(
    session: Session, cast: Cast
) -> None:
    cast.owner.may_manage_members = True
    session.commit()
    for standing in (
        Standing(Role.ADMIN, None),
        Standing(Role.SUPPORT, None),
        Standing(Role.MEMBER, cast.other_firm),
        Standing(Role.MEMBER, cast.firm, may_manage_members=True),
    ):
        with pytest.raises(NotHersError):
            administration.invite(session, cast.owner, "ny@example.com", "Nina", standing)
        with pytest.raises(NotHersError):
            administration.change_standing(session, cast.owner, cast.colleague, standing)
    mine = Standing(Role.MEMBER, cast.firm)
    administration.invite(session, cast.owner, "ny@example.com", "Nina Ny", mine)


def test_a_given_password_is_told_and_ends_her_sessions(session: Session, cast: Cast) -> None:
    token = staff.sign_in(session, cast.owner.email, PASSWORD, None).token
    administration.give_password(
        session, cast.owner, "ovanliga fiskar cyklar baklänges", must_change=True
    )
    assert staff.signed_in(session, token) is None
    assert cast.owner.must_change_password
    assert session.scalars(select(Letter.kind)).all() == [LetterKind.PASSWORD_CHANGED]
