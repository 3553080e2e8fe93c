"""Opening a document: streamed from the provider's host to the reader, never stored."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from wizard.models import AuditAction, Connection, Event, EventKind, User, now
from wizard.providers.base import ByteRange, Document, DocumentFile, Voucher
from wizard.providers.deadline import Deadline
from wizard.services.audit import trail
from wizard.services.books.media_types import Kind, file_name, judge, pixels
from wizard.services.books.provider_session import ProviderSession
from wizard.services.context import ProviderContext
from wizard.services.history import API_KEY, record

SAME_OPENING = timedelta(hours=1)
NEWEST = 100
# How much of a picture is read to learn its size; a thumbnail and a profile of colours may come before it.
LOOKS = (32 * 1024, 128 * 1024, 1024 * 1024)


@dataclass(frozen=True)
class Place:
    """A document's place: the provider's ids of its fiscal year, its voucher and itself."""

    year_id: str
    voucher_id: str
    document_id: str


@dataclass(frozen=True)
class OpenDocument:
    """An open document of the voucher ``label`` (with its date); the caller must close ``file``.

    ``kind`` is determined from the content, and ``name`` is a safe file name.
    """

    label: str
    kind: Kind
    name: str
    file: DocumentFile


@dataclass(frozen=True)
class _Judged:
    """A file that has been fetched, and its kind."""

    file: DocumentFile
    kind: Kind


def open_document(
    context: ProviderContext,
    connection_id: int,
    place: Place,
    *,
    staff: User | None = None,
    known: str | None = None,
    wanted: ByteRange | None = None,
    again: bool = False,
    seconds: float = 10.0,
) -> OpenDocument | None:
    """Open a document of a voucher and record it in the history; None if there is no such document.

    ``known`` is the voucher's label and date, if the caller has proof that the document belongs to it.
    Otherwise the voucher is read in parallel, to verify that and to name the voucher.
    Each opening is one event, stored before any byte is returned; range requests for the rest of a
    document, and a page that requests it ``again``, add no event if the same reader, with the same
    API key, has opened it. Raises RenewalNeededError, DisconnectedError, FileTooLargeError, RangeUnmetError, or another ProviderError with its cause.
    """
    with ProviderSession(context, connection_id, seconds) as provider_session:
        return _opened(provider_session, connection_id, place, staff, known, wanted, again)


def _opened(
    provider_session: ProviderSession,
    connection_id: int,
    place: Place,
    staff: User | None,
    known: str | None,
    wanted: ByteRange | None,
    again: bool,
) -> OpenDocument | None:
    context, provider = provider_session.context, provider_session.context.provider
    ask = provider.voucher
    asking = known is None and provider_session.begin(
        lambda token, s: ask(token, place.year_id, place.voucher_id, timeout=s)
    )
    where = provider_session.ask(
        lambda token, s: provider.whereabouts(token, place.document_id, timeout=s)
    )
    voucher = asking.result() if asking else None
    if where is None or (known is None and not _belongs(provider_session, voucher, where.document)):
        return None
    label = known if voucher is None else voucher.dated
    fetching = provider_session.begin(
        lambda token, s: _judged(provider.fetch(token, where, wanted=wanted, timeout=s), s)
    )
    more = again or bool(wanted and wanted.start != 0)
    found = _noted(context, connection_id, label or "", staff, more, fetching)
    name = file_name(where.document.name, found.kind)
    return OpenDocument(label or "", found.kind, name, found.file)


def _judged(file: DocumentFile, seconds: float) -> _Judged:
    """The file with its kind; read on, if it is a picture that has not said its size yet."""
    kind, looked, deadline = judge(file.beginning), file.beginning, Deadline(seconds)
    if file.length != file.total:  # a part, of a picture that was shown whole before
        return _Judged(file, kind)
    try:
        for most in LOOKS:
            if pixels(kind, looked) is not None:
                break
            looked = file.look(most, timeout=deadline.left)
    except BaseException:
        file.close()
        raise
    kind = Kind.OTHER if pixels(kind, looked) is None else judge(looked)
    return _Judged(file, kind)


def _noted(
    context: ProviderContext,
    connection_id: int,
    label: str,
    staff: User | None,
    more: bool,
    fetching: Future[_Judged],
) -> _Judged:
    """The file, with its event: stored while the file is fetched, and deleted if that fails.

    The audit trail, from which nothing is deleted, is told when the file is there.
    """
    try:
        event_id = _record(context, connection_id, label, staff, more)
    except BaseException:
        fetching.add_done_callback(_let_go)
        raise
    try:
        found = fetching.result()
    except BaseException:
        with context.sessions.begin() as session:
            session.execute(delete(Event).where(Event.id == event_id))
        raise
    if event_id is not None:
        _audit(context, connection_id, label, found)
    return found


def _audit(context: ProviderContext, connection_id: int, label: str, found: _Judged) -> None:
    try:
        with context.sessions.begin() as session:
            about = trail.about_company(session.get_one(Connection, connection_id).company)
            after = {"voucher": label}
            trail.record(session, AuditAction.DOCUMENTS_READ, about, after=after)
    except BaseException:
        found.file.close()
        raise


def _let_go(fetching: Future[_Judged]) -> None:
    if not fetching.cancelled() and fetching.exception() is None:
        fetching.result().file.close()


def _belongs(
    provider_session: ProviderSession, voucher: Voucher | None, document: Document
) -> bool:
    """True if the two refer to each other, or a search for the voucher's documents finds it."""
    if voucher is None:
        return False
    provider = provider_session.context.provider
    if provider.belongs(voucher, document):
        return True
    found = provider_session.ask(
        lambda token, s: provider.voucher_documents(token, voucher, timeout=s)
    )
    return document.id in [one.id for one in found]


def _record(
    context: ProviderContext,
    connection_id: int,
    label: str,
    staff: User | None,
    more: bool,
) -> int | None:
    """Record the opening and return the event's id; None if it is ``more`` of an open document."""
    with context.sessions.begin() as session:
        connection = session.get_one(Connection, connection_id)
        if more and _is_open(session, connection, label, staff):
            return None
        kind = EventKind.DOCUMENT_OPENED
        event = record(session, kind, connection=connection, staff=staff, note=label)
        session.flush()
        return event.id


def _is_open(session: Session, connection: Connection, label: str, staff: User | None) -> bool:
    """True if the opening is among the newest events; the rest of a long history is not searched."""
    newest = (
        select(Event)
        .where(Event.connection_id == connection.id)
        .order_by(Event.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    event = aliased(Event, newest)
    lately = exists().where(
        event.kind == EventKind.DOCUMENT_OPENED,
        event.user_id == (staff.id if staff else None),
        event.api_key_id == session.info.get(API_KEY),  # None is rendered as IS NULL
        event.note == label,
        event.at > now() - SAME_OPENING,
    )
    return bool(session.scalar(select(lately)))
