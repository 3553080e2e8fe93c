"""Identity providers: set up and ended by commands, and found for who signs in."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from wizard.models import (
    AuditAction,
    Firm,
    IdentityProvider,
    ProviderFirm,
    SignInWay,
    StaffSession,
    User,
    now,
)
from wizard.services.accounts import sessions
from wizard.services.audit.trail import About, about_firm, record
from wizard.services.crypto.vault import Vault
from wizard.services.values.names import clean_name


class ProviderTakenError(Exception):
    """An identity provider already has the given name."""


class ProviderUnknownError(LookupError):
    """No identity provider has the given name, or it has ended."""


class ProviderNeededError(LookupError):
    """A firm without an identity provider keeps its passwords: nobody there could sign in."""


@dataclass(frozen=True)
class Groups:
    """Where the provider tells of groups, and what they mean; None means that no group does."""

    claim: str = "groups"
    admin: str | None = None
    support: str | None = None
    manager: str | None = None


@dataclass(frozen=True)
class Registration:
    """Where the provider's metadata stands, and who we are there."""

    metadata_url: str
    client_id: str
    client_secret: str


def create(
    session: Session,
    vault: Vault,
    name: str,
    registration: Registration,
    places: list[tuple[Firm, str | None]],
    groups: Groups,
) -> IdentityProvider:
    """Set up a provider; ``places`` are its firms, each with the group of its people or None. Commits.

    Raises ProviderTakenError or NameInvalidError.
    """
    made = IdentityProvider(
        name=clean_name(name),
        metadata_url=registration.metadata_url,
        client_id=registration.client_id,
        groups_claim=groups.claim,
        admin_group=groups.admin,
        support_group=groups.support,
        manager_group=groups.manager,
        firms=[ProviderFirm(firm=firm, group=group) for firm, group in places],
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise ProviderTakenError from None
    made.client_secret = vault.seal(registration.client_secret, made, "client_secret")
    after = {"metadata_url": made.metadata_url, "firms": [firm.name for firm, _ in places]}
    record(session, AuditAction.IDENTITY_PROVIDER_CREATED, about_provider(made), after=after)
    session.commit()
    return made


def open_ones(session: Session) -> list[IdentityProvider]:
    """The providers that people can sign in with, by name, with their firms."""
    return list(session.scalars(_open().order_by(IdentityProvider.name)))


def find(session: Session, public_id: str) -> IdentityProvider | None:
    """The open provider with this public id, with its firms."""
    return session.scalar(_open().where(IdentityProvider.public_id == public_id))


def of_user(session: Session, user: User) -> IdentityProvider | None:
    """The open provider that her account is known at, if any."""
    return session.scalar(_open().where(IdentityProvider.id == user.identity_provider_id))


def end(session: Session, name: str) -> IdentityProvider:
    """End a provider: nobody signs in with it any more, and every session that began so ends. Commits.

    Raises ProviderUnknownError.
    """
    found = session.scalar(_open().where(IdentityProvider.name == name))
    if found is None:
        raise ProviderUnknownError
    found.ended_at, found.client_secret = now(), None
    record(session, AuditAction.IDENTITY_PROVIDER_ENDED, about_provider(found))
    theirs = select(User.id).where(User.identity_provider_id == found.id)
    sessions.end(
        session, StaffSession.user_id.in_(theirs), StaffSession.way == SignInWay.SINGLE_SIGN_ON
    )
    session.commit()
    return found


def switch_passwords(session: Session, firm: Firm, *, on: bool) -> None:
    """Let a firm's people sign in with passwords, or by their provider alone. Commits.

    When they may no more, the sessions that passwords and passkeys began end. Raises ProviderNeededError.
    """
    has_one = _open().join(IdentityProvider.firms).where(ProviderFirm.firm_id == firm.id)
    if not on and session.scalar(has_one) is None:
        raise ProviderNeededError
    if firm.password_sign_in == on:
        return
    before, after = {"password_sign_in": not on}, {"password_sign_in": on}
    firm.password_sign_in = on
    record(session, AuditAction.FIRM_CHANGED, about_firm(firm), before=before, after=after)
    if not on:
        theirs = select(User.id).where(User.firm_id == firm.id)
        ours = StaffSession.way.in_([SignInWay.PASSWORD, SignInWay.PASSKEY])
        sessions.end(session, StaffSession.user_id.in_(theirs), ours)
    session.commit()


def about_provider(provider: IdentityProvider) -> About:
    """A provider, for the audit trail."""
    return About(provider, provider.name)


def _open() -> Select[IdentityProvider]:
    return (
        select(IdentityProvider)
        .where(IdentityProvider.ended_at.is_(None))
        .options(selectinload(IdentityProvider.firms).joinedload(ProviderFirm.firm))
    )
