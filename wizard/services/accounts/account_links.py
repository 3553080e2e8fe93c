"""Mailed links with which a person chooses a password: to an invited account, or in place of a lost one.

A link is made when its letter is sent, kept as a hash, and used once. It signs nobody in: whoever has
chosen a password signs in with it, and proves a second factor there if the account has one.
"""

from datetime import timedelta
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    AccountLink,
    AuditAction,
    Letter,
    LetterKind,
    LinkPurpose,
    User,
    now,
)
from wizard.services import outbox
from wizard.services.accounts import owner_letters
from wizard.services.accounts.chosen_passwords import choose_password
from wizard.services.accounts.password_use import may_use_password
from wizard.services.accounts.shutting_out import end_links, end_sessions
from wizard.services.audit.trail import about_user, acting, acting_as, by_user, record
from wizard.services.crypto.digests import digest, new_secret, secret_in
from wizard.services.crypto.passwords import verify_password
from wizard.services.outbox import Addressee, Language
from wizard.services.values.email_addresses import clean_email

LIVES = {LinkPurpose.INVITE: timedelta(days=3), LinkPurpose.RESET: timedelta(hours=1)}
FORGOTTEN = "forgotten"  # the topic of a letter that somebody asked for on the sign-in page


class LinkState(Enum):
    """Whether a link can be used, and why not."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


class LinkEndedError(Exception):
    """The link has been used or has expired, or its account is closed."""


class SamePasswordError(ValueError):
    """The password that had to be changed was chosen again."""


def owner_of(session: Session, email: str) -> User | None:
    """The open account with this address whose owner signs in with a password; else None."""
    user = session.scalar(
        select(User).where(User.email == email, User.active).options(joinedload(User.firm))
    )
    return user if user and may_use_password(user) else None


def post_invite(session: Session, user: User, by: User | None) -> None:
    """Mail a link to choose the first password. The caller commits."""
    record(session, AuditAction.ACCOUNT_INVITED, about_user(user))
    owner_letters.post(session, LetterKind.ACCOUNT_INVITE, user, by=by)


def post_reset(session: Session, user: User, by: User | None) -> None:
    """Mail a link to choose another password, at somebody else's wish. The caller commits."""
    record(session, AuditAction.PASSWORD_RESET_SENT, about_user(user))
    owner_letters.post(session, LetterKind.PASSWORD_RESET, user, by=by)


def ask_for_reset(session: Session, email: str, language: Language) -> None:
    """Mail a link to an address that somebody typed, if it has an account. Commits.

    Whether it has is not looked up here: the letter is dropped when it is about to be sent, so that
    neither the answer nor its time tells. EmailInvalidError for what is no address.
    """
    to = Addressee(clean_email(email), language)
    outbox.post_to_account(session, LetterKind.PASSWORD_RESET, to, topic=FORGOTTEN)
    session.commit()


def is_wanted(session: Session, letter: Letter) -> bool:
    """True if the letter's address has an open account; of an invitation, one without a password."""
    user = owner_of(session, letter.recipient)
    if user is None:
        return False
    return letter.kind is not LetterKind.ACCOUNT_INVITE or user.password_hash is None


def make_for_letter(session: Session, letter: Letter) -> str:
    """The secret of a new link, for the letter that is about to be sent. The caller commits."""
    user = owner_of(session, letter.recipient)
    if user is None:
        raise LookupError(letter.id)
    invited = letter.kind is LetterKind.ACCOUNT_INVITE
    purpose = LinkPurpose.INVITE if invited else LinkPurpose.RESET
    if letter.topic == FORGOTTEN:
        record(session, AuditAction.PASSWORD_RESET_SENT, about_user(user))
    return make_link(session, user, purpose)


def make_link(session: Session, user: User, purpose: LinkPurpose) -> str:
    """The secret of a new link. The caller commits."""
    secret = new_secret()
    expires_at = now() + LIVES[purpose]
    session.add(
        AccountLink(
            user_id=user.id, purpose=purpose, secret_hash=digest(secret), expires_at=expires_at
        )
    )
    return secret


def arrive(session: Session, secret: str) -> AccountLink | None:
    """The link with this secret, in whatever state. Writes nothing, since scanners follow links."""
    return session.scalar(
        select(AccountLink)
        .where(AccountLink.secret_hash == digest(secret_in(secret)))
        .options(joinedload(AccountLink.user).joinedload(User.firm))
    )


def find(session: Session, link_id: int) -> AccountLink | None:
    """The link that a browser has opened."""
    return session.scalar(
        select(AccountLink)
        .where(AccountLink.id == link_id)
        .options(joinedload(AccountLink.user).joinedload(User.firm))
    )


def state_of(link: AccountLink) -> LinkState:
    """Whether it can be used; a closed account's link is as one that was used."""
    if link.used_at is not None or not link.user.active:
        return LinkState.USED
    return LinkState.OPEN if now() < link.expires_at else LinkState.EXPIRED


def use(session: Session, link_id: int, password: str) -> User:
    """Choose a password with the link; every session and every link of the account ends. Commits.

    Raises LinkEndedError for every use but the first, also for concurrent ones, and PasswordRefusedError.
    """
    link = session.scalar(
        select(AccountLink)
        .where(AccountLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if link is None or state_of(link) is not LinkState.OPEN:
        session.rollback()
        raise LinkEndedError
    user = link.user
    had_one = user.password_hash is not None
    choose_password(user, password)
    end_links(session, user)
    end_sessions(session, user)
    with acting_as(by_user(user, acting().address)):
        note_change(session, user, tell=had_one)
    session.commit()
    return user


def replace_given(session: Session, user: User, password: str, token: str) -> None:
    """Choose another password than the one that a command gave; other sessions end. Commits.

    ``token`` is the secret of her session here. Raises SamePasswordError or PasswordRefusedError.
    """
    session.refresh(
        user, ["password_hash"], with_for_update=True
    )  # two at once wait for each other
    if verify_password(user.password_hash, password):
        session.rollback()
        raise SamePasswordError
    choose_password(user, password)
    end_links(session, user)
    end_sessions(session, user, but=token)
    note_change(session, user)
    session.commit()


def note_change(session: Session, user: User, *, tell: bool = True) -> None:
    """Write that the password was changed, and mail its owner that it was. The caller commits."""
    record(session, AuditAction.PASSWORD_CHANGED, about_user(user))
    if tell:
        owner_letters.post(session, LetterKind.PASSWORD_CHANGED, user)
