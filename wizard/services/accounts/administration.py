"""Accounts of staff, looked after by others: invited, changed, closed, opened again.

``by`` is who does it, None for a command. An admin looks after all accounts; a member who may do so
looks after the members of her own firm, and gives no other role. Each act is written to the audit trail.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wizard.models import AuditAction, Firm, Role, User, now
from wizard.services.accounts import account_links, responsibility, staff
from wizard.services.accounts.account_list import manages_accounts
from wizard.services.accounts.chosen_passwords import choose_password
from wizard.services.accounts.shutting_out import end_links, end_sessions, shut_out
from wizard.services.accounts.staff import EmailTakenError, FirmMismatchError
from wizard.services.audit.trail import about_user, changes, record
from wizard.services.values.email_addresses import clean_email
from wizard.services.values.own_words import Own, fair_name


class LastAdminError(Exception):
    """Nobody would be left who can look after accounts."""


class OwnAccountError(Exception):
    """Nobody changes her own role or closes her own account."""


class NotHersError(Exception):
    """The account, its firm or the role is not for this person to look after."""


class AccountClosedError(Exception):
    """No link is mailed to an account that is closed, or whose owner signs in elsewhere."""


class SignsInElsewhereError(Exception):
    """The firm's people sign in by its provider: nobody is invited to choose a password there."""


@dataclass(frozen=True)
class Standing:
    """What somebody is here: her role, the firm of a member, and whether she looks after its accounts."""

    role: Role
    firm: Firm | None
    may_manage_members: bool = False

    @classmethod
    def of(cls, user: User) -> "Standing":
        """As it is now."""
        return cls(user.role, user.firm, user.may_manage_members)

    @property
    def told(self) -> dict[str, Any]:
        """As the audit trail says it."""
        firm = self.firm.name if self.firm else None
        return {"role": self.role, "firm": firm, "may_manage_members": self.may_manage_members}


def invite(session: Session, by: User | None, email: str, name: str, standing: Standing) -> User:
    """Create an account and mail its owner a link to choose a password. Commits.

    An account that has no password yet is mailed another link, and stays as it is. Raises
    EmailInvalidError, EmailTakenError, FirmMismatchError, NameInvalidError, WordsUnfairError, NotHersError or SignsInElsewhereError.
    """
    _may_give(by, standing)
    if standing.firm is not None and not standing.firm.password_sign_in:
        raise SignsInElsewhereError
    known = session.scalar(select(User).where(User.email == clean_email(email)))
    if known is not None:
        _is_hers(by, known)
        if known.password_hash is not None or account_links.owner_of(session, known.email) is None:
            raise EmailTakenError
        user = known
    else:
        user = staff.create_user(
            session, email=email, name=name, role=standing.role, firm=standing.firm
        )
        user.may_manage_members = standing.role is Role.MEMBER and standing.may_manage_members
    account_links.post_invite(session, user, by)
    session.commit()
    return user


def mail_link(session: Session, by: User | None, user: User) -> None:
    """Mail a link to choose a password; to who has chosen none yet, as an invitation. Commits.

    Raises AccountClosedError or NotHersError.
    """
    _is_hers(by, user)
    if account_links.owner_of(session, user.email) is None:
        raise AccountClosedError
    post = account_links.post_invite if user.password_hash is None else account_links.post_reset
    post(session, user, by)
    session.commit()


def rename(session: Session, by: User | None, user: User, name: str) -> None:
    """Change how she is called. Commits. Raises NameInvalidError, WordsUnfairError or NotHersError."""
    _is_hers(by, user)
    before = {"name": user.name}
    own = Own.of(user.email, user.firm.contact_email if user.firm else None)
    user.name = fair_name(name, own)
    _note(session, user, before, {"name": user.name})
    session.commit()


def change_standing(session: Session, by: User | None, user: User, wanted: Standing) -> None:
    """Change role, firm and mark. Commits. The same again changes nothing.

    With another role or firm her sessions end, and her companies stay with their firm, whose contact is
    told in her place. Raises FirmMismatchError, LastAdminError, OwnAccountError or NotHersError.
    """
    _is_hers(by, user)
    before = Standing.of(user)
    if wanted == before:
        return
    if by is not None and by.id == user.id:
        raise OwnAccountError
    _may_give(by, wanted, before)
    if (wanted.role is Role.MEMBER) != (wanted.firm is not None):
        raise FirmMismatchError
    if wanted.role is not Role.ADMIN:
        _keep_an_admin(session, user)
    moves = (wanted.role, wanted.firm) != (before.role, before.firm)
    if moves:
        responsibility.hand_over(session, user, None)
        shut_out(session, user)
    user.role, user.firm = wanted.role, wanted.firm
    user.may_manage_members = wanted.role is Role.MEMBER and wanted.may_manage_members
    _note(session, user, before.told, Standing.of(user).told)
    session.commit()


def deactivate(session: Session, by: User | None, user: User, heir: User | None = None) -> None:
    """Close the account: every session, hand-over and link of hers ends at once. Commits. Idempotent.

    ``heir`` is made responsible for her companies. Raises LastAdminError, OwnAccountError or NotHersError.
    """
    _is_hers(by, user)
    if by is not None and by.id == user.id:
        raise OwnAccountError
    if heir is not None and heir not in responsibility.colleagues_of(session, user):
        raise NotHersError
    _keep_an_admin(session, user)
    if heir is not None:
        responsibility.hand_over(session, user, heir)
    else:
        responsibility.let_go(session, user)
    shut_out(session, user)
    if user.active:
        user.active, user.deactivated_at = False, now()
        after = {"companies": heir.email} if heir else None
        record(session, AuditAction.ACCOUNT_DEACTIVATED, about_user(user), after=after)
    session.commit()


def activate(session: Session, by: User | None, user: User) -> None:
    """Open the account again; whatever she was signed in with stays ended. Commits. Idempotent."""
    _is_hers(by, user)
    shut_out(session, user)  # what began while it was being closed, too
    if not user.active:
        user.active, user.deactivated_at = True, None
        record(session, AuditAction.ACCOUNT_ACTIVATED, about_user(user))
    session.commit()


def sign_out(session: Session, by: User | None, user: User) -> None:
    """End every session of hers. Commits. Raises NotHersError."""
    _is_hers(by, user)
    end_sessions(session, user)
    record(session, AuditAction.SESSIONS_ENDED, about_user(user))
    session.commit()


def give_password(session: Session, user: User, password: str, *, must_change: bool) -> None:
    """Give the account a password by a command; her sessions and links end. Commits.

    Raises PasswordRefusedError.
    """
    choose_password(user, password)
    user.must_change_password = must_change
    end_sessions(session, user)
    end_links(session, user)
    account_links.note_change(session, user)
    session.commit()


def _is_hers(by: User | None, user: User) -> None:
    """Raise NotHersError for an account that ``by`` does not look after."""
    if by is None or by.role is Role.ADMIN:
        return
    ours = user.role is Role.MEMBER and user.firm_id == by.firm_id
    if not (manages_accounts(by) and ours):
        raise NotHersError


def _may_give(by: User | None, wanted: Standing, before: Standing | None = None) -> None:
    """Raise NotHersError unless ``by`` may give it; a member makes members of her firm, without the mark."""
    if by is None or by.role is Role.ADMIN:
        return
    marked = before.may_manage_members if before else False
    if (wanted.role, wanted.firm, wanted.may_manage_members) != (Role.MEMBER, by.firm, marked):
        raise NotHersError


def _keep_an_admin(session: Session, user: User) -> None:
    """Raise LastAdminError if nobody but she is an admin who can sign in; two at once wait for each other."""
    can_sign_in = or_(User.password_hash.is_not(None), User.identity_provider_id.is_not(None))
    admins = session.scalars(
        select(User.id)
        .where(User.role == Role.ADMIN, User.active, can_sign_in)
        .order_by(User.id)
        .with_for_update()
    ).all()
    if user.id in admins and len(admins) == 1:
        session.rollback()
        raise LastAdminError


def _note(session: Session, user: User, before: dict[str, Any], after: dict[str, Any]) -> None:
    was, became = changes(before, after)
    if was:
        record(session, AuditAction.ACCOUNT_CHANGED, about_user(user), before=was, after=became)
