"""From a judged trip to a whole connection, in one transaction."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.causes import Cause
from wizard.models import (
    Actor,
    Authorization,
    AuthorizationStatus,
    Company,
    Connection,
    ConnectionStatus,
    Consent,
    EventKind,
    InvitationStatus,
    LetterKind,
    now,
)
from wizard.providers.base import Provider
from wizard.services import letters, renewal
from wizard.services.authorizations import fail
from wizard.services.history import record
from wizard.services.judgement import Evidence
from wizard.services.locking import hold, hold_company
from wizard.services.tokens import next_refresh
from wizard.services.vault import Vault
from wizard.services.visits import end_of

CHECK_EVERY = timedelta(hours=1)
WORDING = "2026-11"  # the version of the words on the page with the button that gives permission


def connect(
    session: Session, provider: Provider, vault: Vault, trip: Authorization, evidence: Evidence
) -> None:
    """Make the trip's tokens the company's connection, with consent and history.

    The first whole connection wins: a trip that comes second, or whose invitation has ended
    meanwhile, fails and leaves its token to be revoked. An invitation that was made to renew a
    connection gives that one new tokens. The caller has locked the trip, and commits.
    """
    hold_company(session, trip.invitation.company_id)
    invitation = trip.invitation
    hold(session, invitation)  # and see it as it is now: another may have been first
    living = _living(session, trip.invitation.company_id)
    if end := end_of(trip.key):
        fail(session, trip, Cause.ALREADY_CONNECTED if end is Cause.FINISHED else end)
        return
    if invitation.renews_id != (living.id if living else None):
        fail(session, trip, Cause.ALREADY_CONNECTED if living else Cause.WITHDRAWN)
        return
    if living:
        renewal.prepare(session, vault, living, trip, evidence)
    connection = living or _connection(session, trip, evidence)
    _move_tokens(vault, trip, connection)
    _consent(session, provider, trip, connection, evidence)
    invitation.status = InvitationStatus.CONNECTED
    invitation.ended_at = now()
    if living is None:
        actor = Actor.APPROVER
        record(session, EventKind.CONNECTED, invitation, connection=connection, actor=actor)
    letters.post_to_sender(session, LetterKind.DONE, invitation)


def living_connection(session: Session, company: Company) -> Connection | None:
    """The company's connection, unless it is disconnected or was never made."""
    return session.scalar(
        select(Connection).where(
            Connection.company_id == company.id,
            Connection.status != ConnectionStatus.DISCONNECTED,
        )
    )


def consent_of(session: Session, trip: Authorization) -> Consent | None:
    """The record of what was approved on this trip."""
    return session.scalar(select(Consent).where(Consent.authorization_id == trip.id))


def _living(session: Session, company_id: int) -> Connection | None:
    """As living_connection, but held until the transaction ends."""
    living = Connection.status != ConnectionStatus.DISCONNECTED
    return session.scalar(
        select(Connection)
        .where(Connection.company_id == company_id, living)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _connection(session: Session, trip: Authorization, evidence: Evidence) -> Connection:
    company = trip.invitation.company
    connection = Connection(
        company_id=company.id,
        firm_id=company.firm_id,
        invitation_id=trip.invitation_id,
        provider=trip.invitation.provider,
        access_expires_at=trip.access_expires_at,
        approver_name=evidence.approver.name if evidence.approver else None,
        approver_email=evidence.approver.email if evidence.approver else None,
        last_read_at=now(),
        proof=evidence.proof,
        proof_voucher=evidence.proof_voucher,
        read_only=evidence.read_only,
    )
    session.add(connection)
    session.flush()
    return connection


def _move_tokens(vault: Vault, trip: Authorization, connection: Connection) -> None:
    """Seal the tokens to their new row and take them from the trip."""
    for field in ("access_token", "refresh_token"):
        secret = vault.open(getattr(trip, field), trip, field)
        setattr(connection, field, vault.seal(secret, connection, field))
        setattr(trip, field, None)
    trip.code = trip.code_verifier = trip.chosen_company = None
    trip.cause = trip.provider_code = trip.provider_error_id = None  # of an outage, now over
    trip.status = AuthorizationStatus.SUCCEEDED
    trip.ended_at = now()
    trip.next_try_at = None
    connection.next_refresh_at = next_refresh(connection)
    connection.next_check_at = now() + CHECK_EVERY


def _consent(
    session: Session,
    provider: Provider,
    trip: Authorization,
    connection: Connection,
    evidence: Evidence,
) -> None:
    company, approver = trip.invitation.company, evidence.approver
    session.add(
        Consent(
            connection_id=connection.id,
            authorization_id=trip.id,
            firm_name=company.firm.name,
            company_name=company.name,
            organisation_number=company.organisation_number,
            provider=connection.provider,
            scopes=provider.scopes,
            wording=trip.wording or WORDING,
            approver_name=approver.name if approver else None,
            approver_email=approver.email if approver else None,
            approver_is_consultant=approver.is_consultant if approver else None,
        )
    )
