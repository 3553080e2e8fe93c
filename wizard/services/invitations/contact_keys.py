"""A contact's keys: one link to all that a firm asks her to approve, each company still walked by itself.

A key opens her links of that firm, those that were mailed to her while it is valid. What an approver
hands over to her is not among them, so that one company handed over opens that one alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from wizard.causes import Cause
from wizard.models import (
    UNFINISHED,
    Authorization,
    AuthorizationStatus,
    Company,
    ContactKey,
    Invitation,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    Letter,
    deciding_first,
    now,
)
from wizard.services.crypto.digests import digest, new_secret, secret_in
from wizard.services.invitations.lifecycle import VALIDITY
from wizard.services.invitations.visits import AMONG_HELD, BEST_LINK, end_of

MOST = 300  # companies on one page


class State(StrEnum):
    """How far one of her companies has come; the first four wait for her or for the provider."""

    NEW = "new"
    BEGUN = "begun"
    STOPPED = "stopped"
    CHECKING = "checking"
    DONE = "done"
    GONE = "gone"


WAITING = (State.NEW, State.BEGUN, State.STOPPED, State.CHECKING)
TO_WALK = (State.BEGUN, State.NEW, State.STOPPED)  # who was stopped comes last


@dataclass(frozen=True)
class HerCompany:
    """A company that she is asked to approve: her link to it, and the attempt that decides, if she made one."""

    key: InvitationKey
    attempt: Authorization | None

    @property
    def state(self) -> State:
        """How far it has come."""
        end = end_of(self.key)
        if end:
            return State.DONE if end is Cause.FINISHED else State.GONE
        if self.attempt and self.attempt.status in UNFINISHED:
            away = self.attempt.status is AuthorizationStatus.AWAY
            return State.BEGUN if away else State.CHECKING
        if self.attempt and self.attempt.cause:
            return State.STOPPED
        return State.NEW if self.key.open_step is self.key.invitation.road[0] else State.BEGUN

    @property
    def ended_as(self) -> InvitationStatus:
        """How the invitation stands; withdrawn for a link that another has replaced."""
        status = self.key.invitation.status_at(now())
        return InvitationStatus.WITHDRAWN if self.key.ended_at else status


def make(session: Session, letter: Letter) -> str:
    """The secret of a new key, for the mail of this letter and those that go with it; the caller commits.

    Raises LookupError for a letter to nobody known.
    """
    if letter.contact_id is None:
        raise LookupError(letter.kind)
    secret = new_secret()
    session.add(
        ContactKey(
            contact_id=letter.contact_id,
            secret_hash=digest(secret),
            letter_id=letter.id,
            expires_at=now() + VALIDITY,
        )
    )
    return secret


def end(session: Session, letters: Sequence[Letter]) -> None:
    """End the keys that the mail of these letters held, since it did not arrive; the caller commits."""
    ids = [letter.id for letter in letters]
    session.execute(
        update(ContactKey)
        .where(ContactKey.letter_id.in_(ids), ContactKey.ended_at.is_(None))
        .values(ended_at=now())
    )


def find(session: Session, secret: str) -> ContactKey | None:
    """The key with this secret, unless its mail did not arrive."""
    return session.scalar(
        select(ContactKey).where(
            ContactKey.secret_hash == digest(secret_in(secret)), ContactKey.ended_at.is_(None)
        )
    )


def held(session: Session, key_ids: list[int], public_id: str) -> ContactKey | None:
    """The key with this public id, if it is one of these. One statement."""
    return session.scalar(
        select(ContactKey)
        .where(
            ContactKey.id.in_(key_ids),
            ContactKey.public_id == public_id,
            ContactKey.ended_at.is_(None),
        )
        .options(joinedload(ContactKey.contact))
    )


def held_to(session: Session, key_ids: list[int], link: InvitationKey) -> ContactKey | None:
    """The newest of these keys that opens this link, ended or not. One statement."""
    return session.scalar(
        select(ContactKey)
        .join(InvitationKey, InvitationKey.contact_id == ContactKey.contact_id)
        .where(ContactKey.id.in_(key_ids), InvitationKey.id == link.id, *_opens())
        .order_by(ContactKey.id.desc())
        .limit(1)
    )


def held_link(
    session: Session, link_ids: list[int], key_ids: list[int], public_id: str
) -> InvitationKey | None:
    """The newest link to the invitation with this public id, of these and those that these keys open. One statement.

    One that works comes before one that has ended.
    """
    values = {"key_ids": link_ids, "contact_key_ids": key_ids, "public_id": public_id}
    return session.scalar(_GRANTED, values)


def companies_of(session: Session, key: ContactKey) -> list[HerCompany]:
    """What she was asked when the key was made or has been since, by the company's name. Two statements.

    Of each company the newest invitation, and of that her newest link, one that works before one
    that has ended.
    """
    newest = (
        select(InvitationKey.id)
        .join(InvitationKey.invitation)
        .join(ContactKey, ContactKey.contact_id == InvitationKey.contact_id)
        .where(
            ContactKey.id == key.id,
            *_opens(),
            Invitation.ended_at.is_(None) | (Invitation.ended_at >= ContactKey.made_at),
        )
        .ext(distinct_on(Invitation.company_id))
        .order_by(
            Invitation.company_id,
            Invitation.id.desc(),
            InvitationKey.ended_at.is_not(None),
            InvitationKey.id.desc(),
        )
    )
    links = session.scalars(
        select(InvitationKey)
        .join(InvitationKey.invitation)
        .join(Invitation.company)
        .join(Company.firm)
        .where(InvitationKey.id.in_(newest))
        .order_by(Company.sort_key, Company.id)
        .limit(MOST)
        .options(
            joinedload(InvitationKey.contact),
            contains_eager(InvitationKey.invitation).options(
                contains_eager(Invitation.company).options(
                    contains_eager(Company.firm), joinedload(Company.responsible)
                ),
                joinedload(Invitation.created_by),
            ),
        )
    ).all()
    attempts = _deciding(session, [link.invitation_id for link in links])
    return [HerCompany(link, attempts.get(link.invitation_id)) for link in links]


def next_of(companies: Sequence[HerCompany], but: int | None = None) -> HerCompany | None:
    """The one to go on with: begun before new before stopped, ``but`` not this invitation; None if none waits."""
    states = [(one.state, one) for one in companies if one.key.invitation_id != but]
    return next((one for state in TO_WALK for at, one in states if at is state), None)


def _opens() -> tuple[ColumnElement[bool], ...]:
    """What a key opens; not what was mailed anew after "new link" had ended all that the key opened of it."""
    ended = aliased(InvitationKey)
    replaced = (
        exists()
        .where(
            ended.invitation_id == InvitationKey.invitation_id,
            ended.contact_id == InvitationKey.contact_id,
            ended.ended_at.between(ContactKey.made_at, InvitationKey.made_at),
        )
        .correlate(InvitationKey, ContactKey)
    )
    return (
        ~replaced,
        ContactKey.ended_at.is_(None),
        InvitationKey.made_at <= ContactKey.expires_at,
        InvitationKey.purpose == KeyPurpose.MAILED,
        InvitationKey.asked_by.is_(None),
    )


_GRANTED = BEST_LINK.where(
    AMONG_HELD
    | select(ContactKey.id)
    .where(
        ContactKey.id.in_(bindparam("contact_key_ids", expanding=True)),
        ContactKey.contact_id == InvitationKey.contact_id,
        *_opens(),
    )
    .exists()
)


def _deciding(session: Session, invitation_ids: list[int]) -> dict[int, Authorization]:
    found = session.scalars(
        select(Authorization)
        .where(Authorization.invitation_id.in_(invitation_ids))
        .ext(distinct_on(Authorization.invitation_id))
        .order_by(Authorization.invitation_id, *deciding_first())
    )
    return {one.invitation_id: one for one in found}
