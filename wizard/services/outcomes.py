"""What came of a trip, and who may see it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from wizard.causes import Cause
from wizard.models import Actor, Authorization, AuthorizationStatus, EventKind, InvitationKey, now
from wizard.services.authorizations import latest
from wizard.services.history import record
from wizard.services.secrets import digest
from wizard.services.vault import SealBrokenError, Vault

REMEMBERED = timedelta(days=1)


@dataclass(frozen=True)
class ChosenCompany:
    """The company that was chosen instead of the expected; the number may be missing."""

    name: str
    organisation_number: str | None


def chosen_company(vault: Vault, trip: Authorization, browser: str) -> ChosenCompany | None:
    """The wrong company, for the browser that chose it and no other.

    A consultant's other clients are nobody's business, not even the sender's.
    """
    if trip.chosen_company is None or trip.browser_hash != digest(browser):
        return None
    try:
        number, _, name = vault.open(trip.chosen_company, trip, "chosen_company").partition(" ")
    except SealBrokenError:
        return None
    return ChosenCompany(name, number or None)


def forget_chosen_companies(session: Session) -> int:
    """Delete the names of companies chosen by mistake, a day after; how many. Commits."""
    old = (Authorization.chosen_company.is_not(None), Authorization.ended_at < now() - REMEMBERED)
    forgotten = session.scalars(
        update(Authorization).where(*old).values(chosen_company=None).returning(Authorization.id)
    ).all()
    session.commit()
    return len(forgotten)


def receipt_trip(session: Session, key: InvitationKey, browser: str) -> Authorization | None:
    """The trip of this invitation that became a connection, if this browser made it."""
    return session.scalar(
        select(Authorization).where(
            Authorization.invitation_id == key.invitation_id,
            Authorization.status == AuthorizationStatus.SUCCEEDED,
            Authorization.browser_hash == digest(browser),
        )
    )


def report_no_choice(session: Session, key: InvitationKey, browser: str) -> None:
    """The approver was not asked which company: her standard company chose for her. Commits."""
    trip = latest(session, key, browser)
    if trip and trip.cause == Cause.WRONG_COMPANY:
        trip.cause = Cause.DEFAULT_COMPANY.value
        record(session, EventKind.NO_CHOICE_REPORTED, key.invitation, actor=Actor.APPROVER)
    session.commit()
