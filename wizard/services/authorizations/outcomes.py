"""What came of an authorization, and who may see it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from wizard.causes import CAUSES, Cause
from wizard.models import Actor, Authorization, AuthorizationStatus, EventKind, InvitationKey, now
from wizard.providers.gate import QUEUE
from wizard.services.authorizations.code_flow import deciding
from wizard.services.crypto.digests import digest
from wizard.services.crypto.vault import SealBrokenError, Vault
from wizard.services.history import record

REMEMBERED = timedelta(days=1)
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class ChosenCompany:
    """The company that was chosen instead of the expected; the number may be missing."""

    name: str
    organisation_number: str | None


def chosen_company(
    vault: Vault, authorization: Authorization, browser: str
) -> ChosenCompany | None:
    """The wrong company, for the browser that chose it and no other.

    A consultant's other clients are nobody's business, not even the sender's.
    """
    if authorization.chosen_company is None or authorization.browser_hash != digest(browser):
        return None
    try:
        number, _, name = vault.open(
            authorization.chosen_company, authorization, "chosen_company"
        ).partition(" ")
    except SealBrokenError:
        return None
    return ChosenCompany(name, number or None)


def is_in_queue(authorization: Authorization) -> bool:
    """True if it waits only for its turn to call, which comes within a minute of her return.

    If the turn brings no answer, the provider counts as away like for any other reason.
    """
    turn, returned = authorization.next_try_at, authorization.returned_at
    waits = (
        authorization.cause == Cause.PROVIDER_UNAVAILABLE and authorization.provider_code in QUEUE
    )
    return waits and turn is not None and returned is not None and turn - returned < SOON


def forget_chosen_companies(session: Session) -> int:
    """Delete the names of companies chosen by mistake, a day after; how many. Commits."""
    old = (Authorization.chosen_company.is_not(None), Authorization.ended_at < now() - REMEMBERED)
    forgotten = session.scalars(
        update(Authorization).where(*old).values(chosen_company=None).returning(Authorization.id)
    ).all()
    session.commit()
    return len(forgotten)


def _may_be_the_default_companys(authorization: Authorization) -> bool:
    """True if the authorization failed for a company that may be another than the expected."""
    if authorization.status is not AuthorizationStatus.FAILED or authorization.right_company:
        return False
    cause = Cause(authorization.cause or "")
    return cause is Cause.WRONG_COMPANY or CAUSES[cause].maybe_wrong_company


def report_no_choice(session: Session, key: InvitationKey, browser: str) -> None:
    """The approver was not asked which company: her standard company chose for her. Commits."""
    authorization = deciding(session, key, browser)
    if authorization and _may_be_the_default_companys(authorization):
        authorization.cause = Cause.DEFAULT_COMPANY.value
        record(session, EventKind.NO_CHOICE_REPORTED, key.invitation, actor=Actor.APPROVER)
    session.commit()
