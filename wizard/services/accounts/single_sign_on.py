"""Signing in a person whom an identity provider has vouched for; her account is made at the first time."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wizard.models import (
    AuditAction,
    IdentityProvider,
    Role,
    SignInWay,
    StaffSession,
    User,
    now,
)
from wizard.services.accounts import administration, staff
from wizard.services.accounts.administration import LastAdminError, Standing
from wizard.services.accounts.identity.client import Found
from wizard.services.accounts.identity.person import Person
from wizard.services.accounts.identity_providers import about_provider
from wizard.services.accounts.places import NoPlaceError, standing_of
from wizard.services.accounts.staff import EmailTakenError, SignIn
from wizard.services.audit.trail import record
from wizard.services.crypto.digests import digest
from wizard.services.crypto.vault import Vault
from wizard.services.values.email_addresses import EmailInvalidError, clean_email
from wizard.services.values.names import NameInvalidError
from wizard.services.values.own_words import WordsUnfairError


def sign_in(session: Session, vault: Vault, provider: IdentityProvider, found: Found) -> SignIn:
    """Create a session for the person, with the role and firm that her groups give today. Commits.

    Raises NoPlaceError if there is no account for her: her groups give none, the provider tells no
    address, another account has it, or it is closed. Then nothing is kept but a line in the audit trail.
    """
    try:
        user = _account(session, provider, found.person)
        if not user.active:
            raise NoPlaceError("closed")
    except NoPlaceError as error:
        session.rollback()
        refused(session, provider, error.code)
        raise
    begun = staff.begin_session(session, user, SignInWay.SINGLE_SIGN_ON)
    session.flush()
    row = session.scalars(
        select(StaffSession).where(StaffSession.token_hash == digest(begun.token))
    ).one()
    keep_token(vault, row, found.token)
    session.commit()
    return begun


def keep_token(vault: Vault, row: StaffSession, token: str | None) -> None:
    """Keep what she is looked up with, as of now; without it she is not, until the absolute limit."""
    row.refresh_token = vault.seal(token, row, "refresh_token") if token else None
    row.looked_up_at = now() if token else None


def follow(
    session: Session, provider: IdentityProvider, user: User, groups: frozenset[str] | None
) -> None:
    """Give her the role, firm and mark of her groups; the only admin stays admin. Commits.

    With another role or firm her sessions end. Raises NoPlaceError.
    """
    wanted = standing_of(provider, groups, user)
    try:
        administration.change_standing(session, None, user, wanted)
    except LastAdminError:
        return


def refused(session: Session, provider: IdentityProvider, code: str) -> None:
    """Write that somebody was not signed in, and why. Commits."""
    after = {"reason": code}
    record(session, AuditAction.SIGN_IN_REFUSED, about_provider(provider), after=after)
    session.commit()


def _account(session: Session, provider: IdentityProvider, person: Person) -> User:
    known = session.scalar(
        select(User).where(
            User.identity_provider_id == provider.id, User.identity_subject == person.subject
        )
    )
    if known is not None:
        if known.active:
            follow(session, provider, known, person.groups)
        return known
    return _first_time(session, provider, person)


def _first_time(session: Session, provider: IdentityProvider, person: Person) -> User:
    try:
        email = clean_email(person.email or "")
    except EmailInvalidError:
        raise NoPlaceError("email") from None
    there = session.scalar(select(User).where(User.email == email))
    standing = standing_of(provider, person.groups, there)
    if there is None:
        user = _made(session, email, person, standing)
    elif _may_take(session, provider, there, standing):
        user = there
    else:
        raise NoPlaceError("address_taken")
    user.may_manage_members = standing.may_manage_members
    user.identity_provider_id, user.identity_subject = provider.id, person.subject
    session.flush()
    return user


def _made(session: Session, email: str, person: Person, standing: Standing) -> User:
    """A new account; whoever has no name that can be shown is called what stands before the @."""
    for name in (person.name or "", email.partition("@")[0]):
        try:
            return staff.create_user(
                session, email=email, name=name, role=standing.role, firm=standing.firm
            )
        except (NameInvalidError, WordsUnfairError):
            continue
        except EmailTakenError:
            break
    raise NoPlaceError("address_taken")


def _may_take(
    session: Session, provider: IdentityProvider, there: User, standing: Standing
) -> bool:
    """Whether the provider's word is enough for an account that was here before, with the same address.

    It is for a member of the firm that it puts her in: the firm has chosen it. It never is for admin or
    support, nor for an account of another firm or of a provider that has not ended.
    """
    ours = or_(User.identity_provider_id.is_(None), IdentityProvider.ended_at.is_not(None))
    is_free = session.scalar(
        select(User.id)
        .outerjoin(IdentityProvider, IdentityProvider.id == User.identity_provider_id)
        .where(User.id == there.id, ours)
    )
    is_member = there.role is standing.role is Role.MEMBER
    in_place = is_member and standing.firm is not None and there.firm_id == standing.firm.id
    return is_free is not None and in_place and provider.ended_at is None
