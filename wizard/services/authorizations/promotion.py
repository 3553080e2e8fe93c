"""From a judged authorization to a whole connection, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, bindparam, func, literal, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, contains_eager, joinedload

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
    FunnelPlace,
    Grant,
    Invitation,
    InvitationStatus,
    Letter,
    LetterKind,
    now,
    public_id,
)
from wizard.providers.base import Provider
from wizard.providers.companies import Approver
from wizard.services import outbox
from wizard.services.authorizations.code_flow import cause_of_end, end_wait, fail
from wizard.services.concurrency.one_statement import flush_as_one, next_id
from wizard.services.connections import renewal
from wizard.services.connections.judgement import Evidence
from wizard.services.consents import receipts
from wizard.services.desk import funnel
from wizard.services.grants import state as grant_state
from wizard.services.history import record
from wizard.services.invitations.waiting import take_up, waiting_of
from wizard.services.values.own_words import without_links
from wizard.services.webhooks.announcing import receivers_of

CHECK_EVERY = timedelta(hours=1)
WORDING = "2026-12"  # the version of the words on the page with the button that gives permission


LOCKED = (
    select(Authorization)
    .join(Authorization.key)
    .join(Authorization.grant)
    .join(Authorization.invitation)
    .join(Invitation.company)
    .join(Company.firm)
    .where(Authorization.id == bindparam("authorization_id"))
    .options(
        contains_eager(Authorization.key),
        contains_eager(Authorization.grant),
        contains_eager(Authorization.invitation).options(
            joinedload(Invitation.created_by),
            contains_eager(Invitation.company).options(
                contains_eager(Company.firm), joinedload(Company.responsible)
            ),
        ),
    )
    .with_for_update(of=Authorization)
    .suffix_with(text("for no key update of companies for update of invitations, grants"))
)

COMPANY_ID = bindparam("company_id", type_=BigInteger)
INVITATION_ID = bindparam("invitation_id", type_=BigInteger)
LIVING = select(Connection.id).where(Connection.company_id == COMPANY_ID, Connection.is_living)
OTHERS = waiting_of(INVITATION_ID).where(Authorization.id != bindparam("authorization_id"))
PLACE = funnel.taking_place(INVITATION_ID, bindparam("is_first", type_=Boolean), ~LIVING.exists())
FOUND = select(
    LIVING.scalar_subquery().label("connection_id"),
    func.array(OTHERS.scalar_subquery(), type_=ARRAY(BigInteger)).label("waiting"),
    receivers_of(COMPANY_ID, EventKind.CONNECTED).label("receivers"),
    *(next_id(kind).label(kind.__tablename__) for kind in (Connection, Consent, Letter)),
    *(column.label(f"place_{column.key}") for column in PLACE.c),
).select_from(select(literal(1)).subquery().outerjoin(PLACE, true()))


@dataclass(frozen=True)
class Found:
    """What connecting asks of the database once it holds the company."""

    connection_id: int | None  # the company's, if it has one that lives
    waiting: Sequence[int]  # the other authorizations that wait by its invitation
    new_connection: int  # ids of rows to be
    new_consent: int
    new_letter: int
    receivers: Sequence[Sequence[Any]]  # of the webhook that tells of a new connection
    place: (
        FunnelPlace | None
    )  # where she stood, taken away; None for a renewal, or one who cannot connect


def locked(session: Session, authorization_id: int) -> Authorization:
    """One whose check has succeeded, with all that connecting changes, held until the transaction ends.

    One statement, which locks in the order in which everybody does: the authorization, its company (as
    ``hold_company``), its invitation, its grant; each as it is once it is ours.
    """
    return session.scalars(LOCKED, {"authorization_id": authorization_id}).one()


def connect(
    session: Session,
    provider: Provider,
    authorization: Authorization,
    evidence: Evidence,
) -> None:
    """Let the company's connection rest on the authorization's grant, with consent and history.

    The first whole connection wins: an authorization that comes second, or whose invitation has ended
    meanwhile, fails and its grant is revoked. An invitation that was made to renew a connection
    gives that one the new grant. The caller has locked all that ``locked`` locks, and commits.
    """
    invitation = authorization.invitation
    if end := cause_of_end(authorization.key):
        fail(session, authorization, end)
        return
    found = _found(session, authorization)
    if invitation.renews_id != found.connection_id:
        already = found.connection_id is not None
        fail(session, authorization, Cause.ALREADY_CONNECTED if already else Cause.WITHDRAWN)
        return
    with session.no_autoflush:
        _write(session, provider, authorization, evidence, found)
        flush_as_one(session)


def _write(
    session: Session,
    provider: Provider,
    authorization: Authorization,
    evidence: Evidence,
    found: Found,
) -> None:
    """All rows that follow, each with its id, for one statement."""
    invitation = authorization.invitation
    living = _living(session, found.connection_id) if found.connection_id else None
    if living:
        renewal.prepare(session, living, authorization, evidence)
    connection = living or _connection(session, authorization, evidence, found)
    connection.grant_id = authorization.grant_id
    connection.consent_ends_on = authorization.consent_ends_on
    connection.next_check_at = now() + CHECK_EVERY
    _succeed(session, authorization, connection)
    consent = _consent(session, provider, authorization, connection, evidence, found)
    receipts.mail_by_itself(session, consent, authorization)
    invitation.status = InvitationStatus.CONNECTED
    invitation.ended_at = now()
    take_up(session, found.waiting)
    if living:
        funnel.finish(session, invitation)
    else:
        if found.place:
            funnel.count_finish(session, found.place)
        record(
            session,
            EventKind.CONNECTED,
            invitation,
            connection=connection,
            actor=Actor.APPROVER,
            receivers=found.receivers,
        )
    outbox.post_to_sender(session, LetterKind.DONE, invitation, letter_id=found.new_letter)


def _found(session: Session, authorization: Authorization) -> Found:
    """One statement, after the locks: it sees what whoever held the company has written.

    It takes away her place in the guide where nothing can stop the connection any more: a first one, of a
    link that lives, for a company that has none.
    """
    invitation = authorization.invitation
    of = {
        "company_id": invitation.company_id,
        "invitation_id": invitation.id,
        "authorization_id": authorization.id,
        "is_first": invitation.renews_id is None,
    }
    row = session.execute(FOUND, of).one()
    place = {column: getattr(row, f"place_{column}") for column in PLACE.c.keys()}  # noqa: SIM118
    return Found(
        connection_id=row.connection_id,
        waiting=row.waiting,
        new_connection=row.connections,
        new_consent=row.consents,
        new_letter=row.letters,
        receivers=row.receivers or [],
        place=FunnelPlace(**place) if place["id"] else None,
    )


def _living(session: Session, connection_id: int) -> Connection:
    """The company's connection, held until the transaction ends."""
    return session.get_one(Connection, connection_id, with_for_update=True, populate_existing=True)


def _name_of(approver: Approver | None) -> str | None:
    """As the provider has it, but for what a mail program would make a link of."""
    return without_links(approver.name) if approver and approver.name else None


def _connection(
    session: Session, authorization: Authorization, evidence: Evidence, found: Found
) -> Connection:
    company = authorization.invitation.company
    connection = Connection(
        id=found.new_connection,
        public_id=public_id(),
        status=ConnectionStatus.ACTIVE,
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
    grant = session.get_one(Grant, authorization.grant_id)
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
    found: Found,
) -> Consent:
    company, approver = authorization.invitation.company, evidence.approver
    consent = Consent(
        id=found.new_consent,
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
    return consent
