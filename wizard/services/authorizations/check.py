"""The check: from a stored code to a connection or a cause, resumable at every point."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, joinedload

from wizard.causes import CAUSES, WRONG_CHOICES, Cause
from wizard.models import (
    UNFINISHED,
    Authorization,
    AuthorizationStatus,
    Company,
    EventKind,
    Invitation,
    InvitationKey,
    now,
)
from wizard.providers.base import GrantEndedError, ProviderError, TokenRefusedError
from wizard.providers.deadline import Deadline
from wizard.providers.gate import BudgetSpentError, foreseeing, on_behalf_of
from wizard.services.authorizations import promotion
from wizard.services.authorizations.code_flow import cause_of_end, fail
from wizard.services.authorizations.exchange import (
    Claimed,
    Subject,
    claim,
    exchange,
    subject_of,
)
from wizard.services.concurrency.locks import BusyError, alone
from wizard.services.concurrency.queue import FINISH_AUTHORIZATION, enqueue
from wizard.services.concurrency.single_flight import run_single_flight
from wizard.services.connections.judgement import (
    Evidence,
    WrongCompanyError,
    judge,
    judge_company,
    judge_state,
)
from wizard.services.connections.reading import (
    prove,
    read_company,
    read_rest,
)
from wizard.services.context import ProviderContext
from wizard.services.crypto.vault import SealBrokenError, Vault
from wizard.services.desk.keeping import take_marks_of
from wizard.services.grants import refreshing
from wizard.services.grants.refreshing import Wanted
from wizard.services.grants.revocation import revoke
from wizard.services.history import record

CODE_LIVES = timedelta(minutes=5)
TOKENS_WAIT = timedelta(hours=24)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=10)
CODE_RETRY = timedelta(seconds=30)  # at most, while a code is dying
PASSING = (BusyError, OperationalError, PoolTimeoutError)  # nothing is wrong with the authorization

T = TypeVar("T")
log = structlog.get_logger()


def run_check(
    context: ProviderContext, authorization_id: int, seconds: float
) -> AuthorizationStatus:
    """Take the authorization as far as it goes in these seconds; its status then.

    Waits for another process that is at it (BusyError if that takes too long), and goes on from
    wherever one left it. The provider's outages are noted on the authorization and retried by a job.
    """
    deadline = Deadline(seconds)
    with alone(context.sessions, f"authorization:{authorization_id}", deadline.left) as sessions:
        holding = replace(context, sessions=sessions)
        try:
            status = _advance(holding, context, authorization_id, deadline)
        except ProviderError as error:
            status = _note(holding, authorization_id, error)
        except SealBrokenError:  # a key of ours is lost: no retry can open what it sealed
            lost = ProviderError(Cause.OUR_CONFIGURATION, code="seal_broken")
            status = _note(holding, authorization_id, lost)
        except PASSING:
            raise
        except Exception:
            # Tried again as an outage is, and no longer: tokens are not kept for ever.
            log.exception("authorization_not_finished", authorization=authorization_id)
            mistake = ProviderError(Cause.OUR_CONFIGURATION, transient=True, code="unexpected")
            status = _note(holding, authorization_id, mistake)
        if status is AuthorizationStatus.FAILED:
            _revoke(context, authorization_id, deadline)
        return status


def _advance(
    holding: ProviderContext, context: ProviderContext, authorization_id: int, deadline: Deadline
) -> AuthorizationStatus:
    foreseen = context.provider.calls_of_check
    if claimed := claim(holding, authorization_id):
        with on_behalf_of(claimed.company), foreseeing(foreseen):
            subject = _outlive("exchange", exchange, context, claimed, deadline)
            if subject:
                return _check(holding, context, authorization_id, subject, deadline)
    status, company = _look(holding, authorization_id)
    if status is not AuthorizationStatus.CHECKING:
        return status
    with on_behalf_of(company), foreseeing(foreseen):
        subject = subject_of(holding, authorization_id)
        return _check(holding, context, authorization_id, subject, deadline)


def _outlive(
    name: str,
    work: Callable[[ProviderContext, Claimed], T],
    context: ProviderContext,
    claimed: Claimed,
    deadline: Deadline,
) -> T:
    """Wait for tokens as long as there is time; what comes later is stored all the same."""
    try:
        return run_single_flight(
            (context.sessions, name, claimed.authorization_id),
            partial(work, context, claimed),
            deadline.left,
        )
    except TimeoutError:
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="timeout") from None


def _look(context: ProviderContext, authorization_id: int) -> tuple[AuthorizationStatus, str]:
    """The status of one whose code is not ours to exchange now, and its company.

    It ends here when its link has ended, and the provider is asked no more.
    """
    with context.sessions.begin() as session:
        authorization = _locked(session, authorization_id)
        end = cause_of_end(authorization.key)
        if end and authorization.status in UNFINISHED:
            fail(session, authorization, end)
        return authorization.status, authorization.invitation.company.public_id


def _check(
    holding: ProviderContext,
    context: ProviderContext,
    authorization_id: int,
    subject: Subject,
    deadline: Deadline,
) -> AuthorizationStatus:
    """Read and judge; then a connection, or ProviderError with the cause."""
    grant_id = subject.grant_id
    access_token = subject.access_token or refreshing.access_token(context, grant_id, deadline.left)
    try:
        company = read_company(context.provider, access_token, deadline)
    except TokenRefusedError:
        wanted = Wanted(refused=access_token)
        access_token = refreshing.access_token(context, grant_id, deadline.left, wanted)
        company = read_company(context.provider, access_token, deadline)
    judge_company(company, subject.expected)
    try:
        judge_state(company)
        readings = read_rest(context.provider, access_token, deadline)
        evidence = judge(company, readings)
        evidence = prove(context.provider, access_token, evidence, readings, deadline)
    except ProviderError as error:
        error.right_company = True
        raise
    return _connect(holding, authorization_id, evidence)


def _connect(
    context: ProviderContext, authorization_id: int, evidence: Evidence
) -> AuthorizationStatus:
    with context.sessions.begin() as session:
        authorization = promotion.locked(session, authorization_id)
        take_marks_of(session, authorization.invitation.company_id)
        if authorization.status is AuthorizationStatus.CHECKING:
            promotion.connect(session, context.provider, authorization, evidence)
        return authorization.status


def _note(
    context: ProviderContext, authorization_id: int, error: ProviderError
) -> AuthorizationStatus:
    """Write on the authorization what went wrong: an end with its cause, or the time of the next try."""
    with context.sessions.begin() as session:
        authorization = _locked(session, authorization_id)
        take_marks_of(session, authorization.invitation.company_id)
        if authorization.status not in UNFINISHED:
            return authorization.status
        authorization.right_company = error.right_company
        if end := cause_of_end(authorization.key):
            fail(session, authorization, end)
        elif isinstance(error, GrantEndedError) or (
            _can_wait(authorization, error) and _too_late(authorization)
        ):
            fail(session, authorization, Cause.STALE_CODE, code=error.code, error_id=error.error_id)
        elif _can_wait(authorization, error):
            _try_later(session, authorization, error)
        else:
            _end(session, context.vault, authorization, error)
        return authorization.status


def _end(
    session: Session, vault: Vault, authorization: Authorization, error: ProviderError
) -> None:
    cause = error.cause
    if isinstance(error, WrongCompanyError):
        chosen = f"{error.chosen.organisation_number or ''} {error.chosen.name}"
        authorization.chosen_company = vault.seal(chosen[:200], authorization, "chosen_company")
        same = cause in WRONG_CHOICES and _chose_before(session, vault, authorization, chosen[:200])
        if same:
            cause = Cause.DEFAULT_COMPANY
    _alert(authorization, cause, error)
    fail(session, authorization, cause, code=error.code, error_id=error.error_id)


def _try_later(session: Session, authorization: Authorization, error: ProviderError) -> None:
    dying = authorization.status is AuthorizationStatus.RETURNED
    wait = min(
        FIRST_RETRY * 2 ** min(authorization.tries, 10), CODE_RETRY if dying else LONGEST_RETRY
    )
    if isinstance(error, BudgetSpentError):  # before then it would be refused
        wait = max(wait, timedelta(seconds=error.seconds))
    authorization.tries += 1
    authorization.next_try_at = max(
        now() + wait, authorization.next_try_at or now()
    )  # an exchange may be under way
    if authorization.cause != error.cause:
        _alert(authorization, error.cause, error)
        begun = EventKind.WAIT_BEGAN
        record(session, begun, authorization.invitation, cause=error.cause.value)
    authorization.cause, authorization.provider_code = error.cause.value, error.code or None
    authorization.provider_error_id = error.error_id or None
    enqueue(
        session,
        FINISH_AUTHORIZATION,
        at=authorization.next_try_at,
        authorization_id=authorization.id,
    )


def _can_wait(authorization: Authorization, error: ProviderError) -> bool:
    """Whether trying again helps: what passes, and once we hold tokens also what the operator mends."""
    held = authorization.status is AuthorizationStatus.CHECKING
    return error.transient or (held and CAUSES[error.cause].alert)


def _alert(authorization: Authorization, cause: Cause, error: ProviderError) -> None:
    if CAUSES[cause].alert:
        log.error("operator_needed", cause=cause, code=error.code, authorization=authorization.id)


def tried_until(authorization: Authorization) -> datetime:
    """Until when one that waits is tried again: its code or tokens are not kept longer, and its link lives."""
    return min(_kept_until(authorization), authorization.invitation.expires_at)


def _kept_until(authorization: Authorization) -> datetime:
    lives = CODE_LIVES if authorization.status is AuthorizationStatus.RETURNED else TOKENS_WAIT
    return (authorization.returned_at or authorization.created_at) + lives


def _too_late(authorization: Authorization) -> bool:
    """Whether trying again is of no use: the code is dead, or the tokens have waited a day."""
    return now() > _kept_until(authorization)


def _chose_before(
    session: Session, vault: Vault, authorization: Authorization, chosen: str
) -> bool:
    """True if another attempt by this link or browser ended at the same wrong company.

    Two different wrong companies are two mistakes; the same twice is what a default company does.
    """
    earlier = session.scalars(
        select(Authorization).where(
            Authorization.invitation_id == authorization.invitation_id,
            or_(
                Authorization.key_id == authorization.key_id,
                Authorization.browser_hash == authorization.browser_hash,
            ),
            Authorization.id != authorization.id,
            Authorization.cause.in_(WRONG_CHOICES),
            Authorization.chosen_company.is_not(None),
        )
    )
    for attempt in earlier:
        with suppress(SealBrokenError):
            if vault.open(str(attempt.chosen_company), attempt, "chosen_company") == chosen:
                return True
    return False


def _revoke(context: ProviderContext, authorization_id: int, deadline: Deadline) -> None:
    """Revoke a failed authorization's grant now, if there is time; else a job does."""
    with context.sessions() as session:
        grant_id = session.get_one(Authorization, authorization_id).grant_id
    if grant_id:
        revoke(context, grant_id, deadline.left)


def _locked(session: Session, authorization_id: int) -> Authorization:
    """The authorization with all that judging it touches, its row held until the transaction ends."""
    return session.scalars(
        select(Authorization)
        .where(Authorization.id == authorization_id)
        .options(
            joinedload(Authorization.key).joinedload(InvitationKey.invitation),
            joinedload(Authorization.invitation)
            .joinedload(Invitation.company)
            .joinedload(Company.firm),
        )
        .with_for_update(of=Authorization)
    ).one()
