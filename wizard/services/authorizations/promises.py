"""Keeping promises to mail an approver: her attempt has succeeded, or has to be made again."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from wizard.causes import ALERTING, CAUSES, Cause
from wizard.models import (
    LIVING,
    UNFINISHED,
    Actor,
    Authorization,
    AuthorizationStatus,
    Company,
    Consent,
    EventKind,
    Grant,
    Invitation,
    InvitationKey,
    Letter,
    LetterKind,
    LetterStatus,
    Promise,
    deciding_first,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import hold
from wizard.services.crypto.digests import digest
from wizard.services.history import record
from wizard.services.invitations.visits import end_of
from wizard.services.outbox import Addressee
from wizard.services.throttling.pacing import providers_away

SWEEP = 200


@dataclass(frozen=True)
class Asking:
    """What the form for a promised mail shows: whom her link was mailed to, and whom the mail is promised."""

    known: str | None
    promised: str | None


def can_be_made(authorization: Authorization, browser: str) -> bool:
    """True while the attempt waits for the provider or for us, in the browser that began it."""
    cause = Cause(authorization.cause) if authorization.cause else None
    waits = cause is not None and (authorization.status in UNFINISHED or CAUSES[cause].alert)
    return waits and authorization.browser_hash == digest(browser)


def asking(session: Session, authorization: Authorization) -> Asking:
    """The addresses for the form. One statement."""
    row = session.execute(
        select(Promise.recipient, Letter.recipient)
        .select_from(InvitationKey)
        .outerjoin(Letter, Letter.id == InvitationKey.letter_id)
        .outerjoin(
            Promise,
            and_(Promise.authorization_id == authorization.id, Promise.told_at.is_(None)),
        )
        .where(InvitationKey.id == authorization.key_id)
    ).one()
    return Asking(known=row[1] or None, promised=row[0])


def make(session: Session, authorization: Authorization, browser: str, to: Addressee) -> None:
    """Promise to mail how the attempt ends, or change the address of the promise. Commits.

    Does nothing if the attempt no longer waits: its result is known by then.
    """
    hold(session, authorization)
    if can_be_made(authorization, browser):
        earlier = session.scalar(select(Promise).where(_of(authorization)))
        if earlier is None:
            promise = Promise(
                authorization_id=authorization.id, recipient=to.email, language=to.language
            )
            session.add(promise)
            record(session, EventKind.NEWS_ASKED, authorization.invitation, actor=Actor.APPROVER)
        elif earlier.told_at is None:
            earlier.recipient, earlier.language = to.email, to.language
    session.commit()


def keep(session: Session, *, mended: bool = False) -> int:
    """Put in the outbox what is promised of attempts that wait no longer; how many. Commits.

    A promise is marked in the transaction that writes its letter, so that it is kept once, whoever is
    killed. ``mended``: the operator says so of our faults; else a later success at another's shows it.
    """
    due = session.scalars(
        select(Promise)
        .join(Promise.authorization)
        .join(Authorization.key)
        .join(Authorization.invitation)
        .where(Promise.told_at.is_(None), _is_known(session, mended=mended))
        .order_by(Promise.id)
        .limit(SWEEP)
        .options(
            joinedload(Promise.authorization).options(
                joinedload(Authorization.key).joinedload(InvitationKey.invitation),
                joinedload(Authorization.invitation)
                .joinedload(Invitation.company)
                .joinedload(Company.firm),
            )
        )
        .with_for_update(of=Promise, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for promise in due:
        _keep(session, promise)
    session.commit()
    return len(due)


def _is_known(session: Session, *, mended: bool) -> ColumnElement[bool]:
    """The filter for attempts of which there is something to tell."""
    newest = (
        select(Grant.made_at)
        .where(Grant.provider == Invitation.provider)
        .order_by(Grant.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    failed = Authorization.status == AuthorizationStatus.FAILED
    ours = Authorization.cause.in_(ALERTING)
    works_again = newest > Authorization.ended_at
    late = Authorization.cause == Cause.STALE_CODE
    away = Invitation.provider.in_(providers_away(session))
    over = or_(
        Invitation.status.not_in(LIVING),
        Invitation.expires_at <= now(),
        InvitationKey.ended_at.is_not(None),
    )
    return or_(
        Authorization.status == AuthorizationStatus.SUCCEEDED,
        failed & ~ours & ~(late & away),
        failed & ours & (works_again if not mended else failed),
        failed & over,
    )


def _keep(session: Session, promise: Promise) -> None:
    authorization = promise.authorization
    if other := _under_way(session, authorization):
        hold(session, other)  # as whoever makes a promise for it does
        if session.scalar(select(Promise.id).where(_of(other))) is None:
            promise.authorization_id = other.id  # told when that one ends
            return
        promise.told_at = now()
        return
    promise.told_at = now()
    letter = _news(session, promise, authorization)
    promise.letter_id = letter.id if letter else None


def _news(session: Session, promise: Promise, authorization: Authorization) -> Letter | None:
    """The letter that tells how it went; None if the same is in the outbox already."""
    invitation = authorization.invitation
    to = Addressee(promise.recipient, "en" if promise.language == "en" else "sv")
    if consent := _her_consent(session, authorization):
        if _is_receipted(session, consent, to):
            return None
        letter = outbox.post(session, LetterKind.RECEIPT, invitation, to, consent=consent)
        consent.contact_id = consent.contact_id or letter.contact_id
        return letter
    end = end_of(authorization.key)
    kind = LetterKind.NO_NEED if end else LetterKind.APPROVE_AGAIN
    letter = outbox.post(session, kind, invitation, to, signed=authorization.key.asked_by)
    letter.topic = end.value if end else authorization.cause
    return letter


def _under_way(session: Session, authorization: Authorization) -> Authorization | None:
    """Another attempt of the same browser that is being checked, if this one failed."""
    if authorization.status is not AuthorizationStatus.FAILED:
        return None
    return session.scalar(
        select(Authorization)
        .where(
            Authorization.invitation_id == authorization.invitation_id,
            Authorization.browser_hash == authorization.browser_hash,
            Authorization.status.in_(UNFINISHED),
        )
        .order_by(*deciding_first())
        .limit(1)
    )


def _her_consent(session: Session, authorization: Authorization) -> Consent | None:
    """What this browser approved for the invitation, on this attempt or another."""
    return session.scalar(
        select(Consent)
        .join(Authorization, Authorization.id == Consent.authorization_id)
        .where(
            Authorization.invitation_id == authorization.invitation_id,
            Authorization.browser_hash == authorization.browser_hash,
        )
    )


def _is_receipted(session: Session, consent: Consent, to: Addressee) -> bool:
    found = exists().where(
        Letter.consent_id == consent.id,
        Letter.kind == LetterKind.RECEIPT,
        Letter.status.in_([LetterStatus.WAITING, LetterStatus.SENT]),
        func.lower(Letter.recipient) == func.lower(to.email),
    )
    return bool(session.scalar(select(found)))


def _of(authorization: Authorization) -> ColumnElement[bool]:
    return Promise.authorization_id == authorization.id
