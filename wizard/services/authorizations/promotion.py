"""From a judged authorization to a whole connection, in one transaction."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.causes import Cause
from wizard.models import (
    Actor,
    Authorization,
    AuthorizationStatus,
    Connection,
    Consent,
    EventKind,
    Grant,
    InvitationStatus,
    LetterKind,
    now,
)
from wizard.providers.base import Provider
from wizard.providers.companies import Approver
from wizard.services import outbox
from wizard.services.authorizations.code_flow import cause_of_end, end_wait, fail
from wizard.services.concurrency.locks import hold, hold_company
from wizard.services.connections import renewal
from wizard.services.connections.judgement import Evidence
from wizard.services.consents import receipts
from wizard.services.desk import funnel
from wizard.services.grants import state as grant_state
from wizard.services.history import record
from wizard.services.invitations.waiting import end_waiting
from wizard.services.values.own_words import without_links

CHECK_EVERY = timedelta(hours=1)
WORDING = "2026-12"  # the version of the words on the page with the button that gives permission


def connect(
    session: Session,
    provider: Provider,
    authorization: Authorization,
    evidence: Evidence,
) -> None:
    """Let the company's connection rest on the authorization's grant, with consent and history.

    The first whole connection wins: an authorization that comes second, or whose invitation has ended
    meanwhile, fails and its grant is revoked. An invitation that was made to renew a connection
    gives that one the new grant. The caller has locked the authorization, and commits.
    """
    hold_company(session, authorization.invitation.company_id)
    invitation = authorization.invitation
    hold(session, invitation)  # and see it as it is now: another may have been first
    living = _living(session, authorization.invitation.company_id)
    if end := cause_of_end(authorization.key):
        fail(session, authorization, end)
        return
    if invitation.renews_id != (living.id if living else None):
        fail(session, authorization, Cause.ALREADY_CONNECTED if living else Cause.WITHDRAWN)
        return
    if living:
        renewal.prepare(session, living, authorization, evidence)
    connection = living or _connection(session, authorization, evidence)
    connection.grant_id = authorization.grant_id
    connection.consent_ends_on = authorization.consent_ends_on
    connection.next_check_at = now() + CHECK_EVERY
    session.flush()
    _succeed(session, authorization, connection)
    consent = _consent(session, provider, authorization, connection, evidence)
    receipts.mail_by_itself(session, consent, authorization)
    invitation.status = InvitationStatus.CONNECTED
    invitation.ended_at = now()
    end_waiting(session, invitation.id)
    funnel.finish(session, invitation)
    if living is None:
        actor = Actor.APPROVER
        record(session, EventKind.CONNECTED, invitation, connection=connection, actor=actor)
    outbox.post_to_sender(session, LetterKind.DONE, invitation)


def _living(session: Session, company_id: int) -> Connection | None:
    """The company's connection, held until the transaction ends."""
    return session.scalar(
        select(Connection)
        .where(Connection.company_id == company_id, Connection.is_living)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _name_of(approver: Approver | None) -> str | None:
    """As the provider has it, but for what a mail program would make a link of."""
    return without_links(approver.name) if approver and approver.name else None


def _connection(session: Session, authorization: Authorization, evidence: Evidence) -> Connection:
    company = authorization.invitation.company
    connection = Connection(
        company_id=company.id,
        firm_id=company.firm_id,
        invitation_id=authorization.invitation_id,
        provider=authorization.invitation.provider,
        approver_name=_name_of(evidence.approver),
        approver_email=evidence.approver.email if evidence.approver else None,
        last_read_at=now(),
        proof=evidence.proof,
        proof_voucher=evidence.proof_voucher,
        read_only=evidence.read_only,
    )
    session.add(connection)
    return connection


def _succeed(session: Session, authorization: Authorization, connection: Connection) -> None:
    """The authorization is over: the connection rests on its grant from now on."""
    grant = session.get_one(Grant, authorization.grant_id, with_for_update=True)
    grant_state.promote(grant, connection.approver_email)
    end_wait(session, authorization)
    authorization.code = authorization.code_verifier = authorization.chosen_company = None
    authorization.cause = authorization.provider_code = authorization.provider_error_id = None
    authorization.status = AuthorizationStatus.SUCCEEDED
    authorization.ended_at = now()
    authorization.next_try_at = None


def _consent(
    session: Session,
    provider: Provider,
    authorization: Authorization,
    connection: Connection,
    evidence: Evidence,
) -> Consent:
    company, approver = authorization.invitation.company, evidence.approver
    consent = Consent(
        connection_id=connection.id,
        authorization_id=authorization.id,
        contact_id=authorization.key.contact_id,
        firm_name=company.firm.name,
        company_name=company.name,
        organisation_number=company.organisation_number,
        provider=connection.provider,
        scopes=provider.scopes,
        wording=authorization.wording or WORDING,
        approver_name=_name_of(approver),
        approver_email=approver.email if approver else None,
        approver_is_consultant=approver.is_consultant if approver else None,
        ends_on=authorization.consent_ends_on,
    )
    session.add(consent)
    session.flush()
    return consent
