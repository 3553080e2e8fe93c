"""How long what is personal is kept, and the forgetting of it; the page on personal data says the same.

The times are chosen so that nobody who is in the middle of something loses it, and so that what was
approved can be shown for as long as the books it concerns must be kept.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Update,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from wizard.models import (
    AccountLink,
    AuditEntry,
    Authorization,
    AuthorizationStatus,
    BulkAction,
    BulkStatus,
    CompanyImport,
    Connection,
    ConnectionWarning,
    Consent,
    ConsentsKey,
    ContactKey,
    DisconnectCode,
    Event,
    Grant,
    ImportStatus,
    Invitation,
    InvitationKey,
    Letter,
    LetterStatus,
    Promise,
    ReceiptKey,
    User,
    now,
)
from wizard.models.connection import ENDED_AND_NAMED
from wizard.models.event import PERSONAL_NOTE
from wizard.models.letter import OTHER_ADDRESS, RECEIPT_ADDRESS
from wizard.services.concurrency.picking import picked
from wizard.services.contacts import forget_unnamed
from wizard.services.grants.state import ENDED
from wizard.services.values.organisation_numbers import is_personal

# Links live for two weeks and are reminded of; three months leave time for questions about a mail.
LETTER_ADDRESSES = timedelta(days=90)
# A reason for saying no, and who was warned: read within weeks, if ever.
WORDS = timedelta(days=90)
# Attempts that came to nothing: what the provider answered is asked about within weeks.
ATTEMPTS = timedelta(days=90)
# A login that was begun and never came back; its state is dead after an hour.
LOGIN_SECRETS = timedelta(days=1)
# Links of an invitation that has ended: they still lead to a page that says so.
LINKS = timedelta(days=90)
# On the connection itself, and where its receipt was mailed: after its end, or when a newer
# approval, by the same person or another, has replaced it. The receipt still says who approved.
APPROVER = timedelta(days=30)
# The receipt and the history: bookkeeping must be kept until the seventh year after the one it
# concerns (bokföringslagen 7 kap. 2 §), and they show who let us read it.
RECEIPTS = timedelta(days=8 * 365 + 2)
# What staff, keys and commands did: long enough for an audit of the year before. A trigger in the
# database refuses to delete anything younger.
AUDIT = timedelta(days=2 * 365 + 1)
# Rows at a time, so that nobody waits for a lock; the oldest first, which an index has ready: with a
# limit alone PostgreSQL may read the whole table, sure to find as many soon.
SOME = 500


def forget(session: Session) -> int:
    """Delete or blank some of what has had its time; how many rows, 0 when nothing is left. Commits.

    Any number of processes may: each takes rows that no other has.
    """
    done = 0
    for part in PARTS:
        done += part(session, now())
        session.commit()
    return done


def _letters(session: Session, moment: datetime) -> int:
    """To whom, and what was written; that a letter of this kind was sent remains."""
    old = (
        select(Letter.id)
        .where(OTHER_ADDRESS, Letter.due_at < moment - LETTER_ADDRESSES)
        .order_by(Letter.due_at)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    return _blank(session, old)


def _receipt_addresses(session: Session, moment: datetime) -> int:
    """Where receipts went: kept for as long as a code to end the connection may have to go there."""
    newer = aliased(Consent)
    replaced = exists().where(
        newer.connection_id == Consent.connection_id,
        newer.id > Consent.id,
        newer.approved_at < moment - APPROVER,
    )
    old = (
        select(Letter.id)
        .join(Letter.consent)
        .join(Consent.connection)
        .where(
            RECEIPT_ADDRESS,
            Letter.status != LetterStatus.WAITING,
            or_(Connection.ended_at < moment - APPROVER, replaced),
        )
        .limit(SOME)
        .with_for_update(of=Letter, skip_locked=True)
    )
    return _blank(session, old)


def _blank(session: Session, old: Select[int]) -> int:
    """Take from these letters all that is personal, and forget contacts that no letter points to any more."""
    found = session.execute(old.add_columns(Letter.contact_id)).all()
    blank = dict.fromkeys(("contact_id", "recipient_name", "signed", "words"))
    ids = [letter_id for letter_id, _ in found]
    stmt = update(Letter).where(Letter.id.in_(ids)).values(blank | {"recipient": ""})
    session.execute(stmt)
    forget_unnamed(session, {contact_id for _, contact_id in found if contact_id})
    return len(found)


def _warnings(session: Session, moment: datetime) -> int:
    """What letters to staff told of; not of trouble that lasts, since it would be told again."""
    last_letter = func.coalesce(ConnectionWarning.deputy_letter_id, ConnectionWarning.letter_id)
    old = (
        select(ConnectionWarning.id)
        .join(ConnectionWarning.connection)
        .join(Letter, Letter.id == last_letter)
        .where(
            ConnectionWarning.since
            < moment - LETTER_ADDRESSES,  # by its index few rows are looked at
            Letter.due_at < moment - LETTER_ADDRESSES,
            Connection.status_since != ConnectionWarning.since,
        )
        .limit(SOME)
        .with_for_update(of=ConnectionWarning, skip_locked=True)
    )
    return _count(session, delete(ConnectionWarning), ConnectionWarning, old)


def _promises(session: Session, moment: datetime) -> int:
    """Where a mail about a waiting attempt was promised; numbered in the order of time."""
    first = select(Promise.id, Promise.made_at).order_by(Promise.id).limit(SOME).subquery()
    old = select(first.c.id).where(first.c.made_at < moment - LETTER_ADDRESSES)
    return _count(session, delete(Promise), Promise, old)


def _words(session: Session, moment: datetime) -> int:
    old = (
        select(Event.id)
        .where(PERSONAL_NOTE, Event.at < moment - WORDS)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    return _count(session, update(Event).values(note=None), Event, old)


def _attempts(session: Session, moment: datetime) -> int:
    """Authorizations that came to nothing and have nothing left to hand back."""
    old = (
        select(Authorization.id)
        .where(*_dead(moment - ATTEMPTS))
        .order_by(Authorization.created_at)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    return _count(session, delete(Authorization), Authorization, old)


def _login_secrets(session: Session, moment: datetime) -> int:
    """What only a login under way needs."""
    secrets = (Authorization.code_verifier, Authorization.code)
    old = (
        select(Authorization.id)
        .where(*_dead(moment - LOGIN_SECRETS), or_(*(secret.is_not(None) for secret in secrets)))
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    blank = dict.fromkeys(secrets)
    stmt = update(Authorization).values(blank)
    return _count(session, stmt, Authorization, old)


def _grants(session: Session, moment: datetime) -> int:
    """Grants that have ended, once no attempt and no connection shows what became of them."""
    used = (
        exists().where(Authorization.grant_id == Grant.id),
        exists().where(Connection.grant_id == Grant.id),
    )
    old = (
        select(Grant.id)
        .where(Grant.state.in_(ENDED), Grant.ended_at < moment - ATTEMPTS, *(~one for one in used))
        .order_by(Grant.ended_at)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    return _count(session, delete(Grant), Grant, old)


def _links(session: Session, moment: datetime) -> int:
    """The links of invitations long ended; of one that led to a connection, what its reader did."""
    used = exists().where(Authorization.key_id == InvitationKey.id)
    old = (
        select(InvitationKey.id)
        .join(InvitationKey.invitation)
        .where(Invitation.ended_at < moment - LINKS)
        .limit(SOME)
        .with_for_update(of=InvitationKey, skip_locked=True)
    )
    ids = session.scalars(old.where(~used)).all()
    session.execute(delete(InvitationKey).where(InvitationKey.id.in_(ids)))
    personal = (InvitationKey.last_seen_at.is_not(None), InvitationKey.contact_id.is_not(None))
    seen = old.where(used, or_(*personal))
    blank = dict.fromkeys(("last_seen_at", "contact_id", "permission_answer", "bookkeeping_answer"))
    stmt = update(InvitationKey).values(blank)
    return len(ids) + _count(session, stmt, InvitationKey, seen)


def _contact_keys(session: Session, moment: datetime) -> int:
    """Links to all that waits for a contact, as long after their time as those to one invitation."""
    old = (
        select(ContactKey.id)
        .where(ContactKey.expires_at < moment - LINKS)
        .order_by(ContactKey.expires_at)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    return _count(session, delete(ContactKey), ContactKey, old)


def _approvers(session: Session, moment: datetime) -> int:
    old = (
        select(Connection.id)
        .where(ENDED_AND_NAMED, Connection.ended_at < moment - APPROVER)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    blank = dict.fromkeys(("approver_name", "approver_email", "provider_code", "provider_error_id"))
    stmt = update(Connection).values(blank)
    return _count(session, stmt, Connection, old)


def _receipts(session: Session, moment: datetime) -> int:
    """Who approved, and the addresses to the receipt; that somebody did remains.

    Of a sole trader the company too: its number and name are a person's.
    """
    named = (Consent.approver_name, Consent.approver_email, Consent.contact_id)
    personal = func.substr(Consent.organisation_number, 3, 1).in_(["0", "1"])
    old = (
        select(Consent)
        .join(Consent.connection)
        .where(
            or_(*(name.is_not(None) for name in named), personal),
            ~Connection.is_living,
            Connection.ended_at < moment - RECEIPTS,
        )
        .limit(SOME)
        .with_for_update(of=Consent, skip_locked=True)
    )
    found = session.scalars(old).all()
    ids = [consent.id for consent in found]
    session.execute(delete(ReceiptKey).where(ReceiptKey.consent_id.in_(ids)))
    for consent in found:
        consent.approver_name = consent.approver_email = consent.approver_is_consultant = None
        consent.contact_id = None
        if is_personal(consent.organisation_number):
            consent.company_name = consent.organisation_number = ""
    return len(found)


def _history(session: Session, moment: datetime) -> int:
    """Lines of the history, which are numbered in the order of time: only the first are looked at."""
    first = select(Event.id, Event.at).order_by(Event.id).limit(SOME).subquery()
    old = select(first.c.id).where(first.c.at < moment - RECEIPTS)
    return _count(session, delete(Event), Event, old)


def _dead(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Authorization.status.in_([AuthorizationStatus.AWAY, AuthorizationStatus.FAILED]),
        ~exists().where(Grant.id == Authorization.grant_id, Grant.state.not_in(ENDED)),
        Authorization.created_at < before,
    )


def _count(session: Session, stmt: Update | Delete, kind: Any, old: Select[int]) -> int:
    """Do it to the old rows of a table; how many there were."""
    return len(session.scalars(stmt.where(kind.id.in_(picked(old))).returning(kind.id)).all())


def _accounts(session: Session, moment: datetime) -> int:
    """Accounts long closed, of whom no line of the history is left."""
    old = (
        select(User)
        .where(
            ~User.active,
            User.name != "",
            User.created_at < moment - RECEIPTS,
            ~exists().where(Event.user_id == User.id),
        )
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    users = session.scalars(old).all()
    for user in users:
        user.name, user.email, user.password_hash = "", f"{user.id}@invalid", ""
    return len(users)


def _audit(session: Session, _moment: datetime) -> int:
    """Entries of the audit trail, numbered in the order of time; by the clock that its trigger reads."""
    first = select(AuditEntry.id, AuditEntry.at).order_by(AuditEntry.id).limit(SOME).subquery()
    old = select(first.c.id).where(first.c.at < func.now() - AUDIT - LOGIN_SECRETS)
    return _count(session, delete(AuditEntry), AuditEntry, old)


def _account_links(session: Session, moment: datetime) -> int:
    """Links with which a password is chosen: their time is hours or days."""
    old = (
        select(AccountLink.id)
        .where(AccountLink.expires_at < moment - LOGIN_SECRETS)
        .order_by(AccountLink.expires_at)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    return _count(session, delete(AccountLink), AccountLink, old)


def _codes(session: Session, moment: datetime) -> int:
    """Codes for ending a connection, whose time is minutes."""
    first = select(DisconnectCode.id, DisconnectCode.made_at).order_by(DisconnectCode.id)
    some = first.limit(SOME).subquery()
    old = select(some.c.id).where(some.c.made_at < moment - LOGIN_SECRETS)
    return _count(session, delete(DisconnectCode), DisconnectCode, old)


def _consents_keys(session: Session, moment: datetime) -> int:
    """Links to all that an address has approved, whose time is an hour."""
    first = select(ConsentsKey.id, ConsentsKey.made_at).order_by(ConsentsKey.id)
    some = first.limit(SOME).subquery()
    old = select(some.c.id).where(some.c.made_at < moment - LOGIN_SECRETS)
    return _count(session, delete(ConsentsKey), ConsentsKey, old)


def _lists(session: Session, moment: datetime) -> int:
    """Imports, and what was done to many, with who was mailed: as letters' addresses; none under way."""
    gone = 0
    for kind, busy in ((CompanyImport, ImportStatus.RUNNING), (BulkAction, BulkStatus.RUNNING)):
        old = (
            select(kind.id)
            .where(kind.created_at < moment - LETTER_ADDRESSES, kind.status != busy)
            .order_by(kind.created_at)
            .limit(SOME)
            .with_for_update(skip_locked=True)
        )
        gone += _count(session, delete(kind), kind, old)
    return gone


PARTS: tuple[Callable[[Session, datetime], int], ...] = (
    _letters,
    _promises,
    _receipt_addresses,
    _warnings,
    _words,
    _login_secrets,
    _codes,
    _consents_keys,
    _attempts,
    _grants,
    _links,
    _contact_keys,
    _approvers,
    _receipts,
    _history,
    _accounts,
    _audit,
    _account_links,
    _lists,
)
