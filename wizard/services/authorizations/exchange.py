"""From a stored code to a stored grant: claimed, exchanged and kept, each stored before the next begins.

Each is one statement where nothing is in its way. What is, as a link that has ended or an attempt that
was given up meanwhile, is left to the statements of the check, which lock and look.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import bindparam, or_, select, update

from wizard.causes import Cause
from wizard.models import (
    LIVING,
    Authorization,
    AuthorizationStatus,
    Company,
    Grant,
    Invitation,
    InvitationKey,
    now,
)
from wizard.providers.base import ProviderError, Tokens
from wizard.services.authorizations.code_flow import TAKEN_UP_AFTER
from wizard.services.concurrency.one_statement import insertion, named, next_id
from wizard.services.concurrency.single_flight import until_stored
from wizard.services.context import ProviderContext
from wizard.services.desk.keeping import leave_marks
from wizard.services.grants import state

TOKEN_SECONDS = 15.0  # less than TAKEN_UP_AFTER: an answer that has not come by then does not come

MINE = Authorization.id == bindparam("authorization_id")
BY_ITS_COMPANY = (
    Authorization.invitation_id == Invitation.id,
    Invitation.company_id == Company.id,
    Authorization.status == AuthorizationStatus.RETURNED,
)
MOMENT = bindparam("moment", type_=Authorization.next_try_at.type)
# Built once, as are all statements that hold up a person who waits: building takes longer than running.
CLAIM = (
    update(Authorization)
    .where(
        MINE,
        *BY_ITS_COMPANY,
        Authorization.key_id == InvitationKey.id,
        InvitationKey.ended_at.is_(None),
        Invitation.status.in_(LIVING),
        Invitation.expires_at > MOMENT,
        or_(
            Authorization.tries == 0,
            Authorization.next_try_at.is_(None),
            Authorization.next_try_at <= MOMENT,
        ),
    )
    .values(
        tries=Authorization.tries + 1,
        next_try_at=bindparam("next_at", type_=Authorization.next_try_at.type),
    )
    .returning(
        Authorization.code,
        Authorization.code_verifier,
        Company.public_id,
        next_id(Grant).label("grant_id"),
    )
)
KEEP = (
    update(Authorization)
    .where(MINE, *BY_ITS_COMPANY)
    .values(
        grant_id=bindparam("new_grant_id"),
        status=AuthorizationStatus.CHECKING,
        code=None,
        code_verifier=None,
        tries=0,
    )
    .returning(Company.organisation_number)
    .add_cte(insertion(Grant))
)


@dataclass(frozen=True)
class Claimed:
    """An authorization whose code is ours to exchange: the sealed code, its company, the grant's id to be."""

    authorization_id: int
    grant_id: int
    company: str
    code: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Subject:
    """What is to be checked: a grant, its company's expected organisation number, its token if just given."""

    grant_id: int
    expected: str
    access_token: str | None = field(default=None, repr=False)


def claim(context: ProviderContext, authorization_id: int) -> Claimed | None:
    """Claim the next exchange, unless one whose process was killed may still be on its way. One statement.

    A code that comes twice ends what it gave the first time, so the second must not overtake it.
    None too when the code has been exchanged, or when its link has ended.
    """
    moment = now()
    with context.sessions.begin() as session:
        leave_marks(session)
        row = session.execute(
            CLAIM,
            {
                "authorization_id": authorization_id,
                "moment": moment,
                "next_at": moment + TAKEN_UP_AFTER,
            },
            execution_options={"synchronize_session": False},
        ).one_or_none()
    if row is None:
        return None
    return Claimed(
        authorization_id=authorization_id,
        grant_id=row.grant_id,
        company=row.public_id,
        code=str(row.code),
        verifier=str(row.code_verifier),
    )


def exchange(context: ProviderContext, claimed: Claimed) -> Subject | None:
    """Trade the code for tokens and store them, before anything is done with them.

    None when the authorization was given up meanwhile: its grant is stored to be revoked.
    """
    place = Authorization(id=claimed.authorization_id)
    code = context.vault.open(claimed.code, place, "code")
    verifier = context.vault.open(claimed.verifier, place, "code_verifier")
    tokens = context.provider.exchange(code, verifier, timeout=TOKEN_SECONDS)
    if tokens.refresh_token is None:
        with suppress(ProviderError):  # nothing is stored of it, so this is the one chance
            context.provider.revoke(tokens.access_token, timeout=TOKEN_SECONDS)
        raise ProviderError(Cause.SCOPE_MISSING, code="no_refresh_token")
    return until_stored(partial(_keep, context, claimed, tokens))


def _keep(context: ProviderContext, claimed: Claimed, tokens: Tokens) -> Subject | None:
    """Store the grant, and that its authorization has it, in one statement.

    Of an authorization that was given up meanwhile it is stored to be revoked.
    """
    provider = context.provider
    with context.sessions.begin() as session:
        holder = provider.holder(tokens.access_token)
        grant = state.begin(claimed.grant_id, context.vault, provider.name, tokens, holder)
        expected = session.scalar(
            KEEP,
            {
                "authorization_id": claimed.authorization_id,
                "new_grant_id": claimed.grant_id,
                **named(grant),
            },
            execution_options={"synchronize_session": False},
        )
        if expected is not None:
            leave_marks(session)
            return Subject(claimed.grant_id, expected, tokens.access_token)
        grant = session.get_one(Grant, claimed.grant_id)
        authorization = session.get_one(
            Authorization, claimed.authorization_id, with_for_update=True
        )
        authorization.grant_id = grant.id
        if authorization.status is AuthorizationStatus.FAILED:
            state.set_to_be_revoked(session, grant)
    return None


def subject_of(context: ProviderContext, authorization_id: int) -> Subject:
    """The grant of an authorization whose code was exchanged before, and whose company it should be for."""
    wanted = (
        select(Authorization.grant_id, Company.organisation_number)
        .join(Invitation, Invitation.id == Authorization.invitation_id)
        .join(Company, Company.id == Invitation.company_id)
        .where(Authorization.id == authorization_id)
    )
    with context.sessions() as session:
        row = session.execute(wanted).one()
    return Subject(row[0] or 0, row[1])
