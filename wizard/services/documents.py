"""Opening a document: from the provider's host through us to its reader, streamed and never stored."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from wizard.models import Connection, Event, EventKind, User, now
from wizard.providers.base import ByteRange, Document, DocumentFile, Voucher
from wizard.services.errands import Errand
from wizard.services.history import record
from wizard.services.media import Kind, file_name, judge
from wizard.services.workshop import Workshop

SAME_OPENING = timedelta(hours=1)
NEWEST = 100


@dataclass(frozen=True)
class Place:
    """Where a document is: the provider's ids of its fiscal year, its voucher and itself."""

    year_id: str
    voucher_id: str
    document_id: str


@dataclass(frozen=True)
class OpenDocument:
    """A document of the voucher ``label`` (with its day) whose first bytes have come; ``file`` gives the rest, and is to be closed.

    ``kind`` is judged by its bytes, and ``name`` is safe to save it under.
    """

    label: str
    kind: Kind
    name: str
    file: DocumentFile


def open_document(
    workshop: Workshop,
    connection_id: int,
    place: Place,
    *,
    staff: User | None = None,
    known: str | None = None,
    wanted: ByteRange | None = None,
    again: bool = False,
    seconds: float = 10.0,
) -> OpenDocument | None:
    """Open a document of a voucher, and note in the history who did; None when there is none there.

    ``known`` is the voucher's label and day, from a caller who has proof that the document is its. Otherwise
    the voucher is read beside the document, to know that they belong together and what to call it.
    Each opening is one event, stored before any byte is given out; a reader who fetches one document
    in parts opens it once, and so does one whose page asks ``again`` for what it shows. Raises RenewalNeededError, DisconnectedError, and ProviderErrors:
    FileTooLargeError, RangeUnmetError, or one with the cause.
    """
    with Errand(workshop, connection_id, seconds) as errand:
        return _opened(errand, connection_id, place, staff, known, wanted, again)


def _opened(
    errand: Errand,
    connection_id: int,
    place: Place,
    staff: User | None,
    known: str | None,
    wanted: ByteRange | None,
    again: bool,
) -> OpenDocument | None:
    workshop, provider = errand.workshop, errand.workshop.provider
    ask = provider.voucher
    asking = known is None and errand.begin(
        lambda token, s: ask(token, place.year_id, place.voucher_id, timeout=s)
    )
    where = errand.ask(lambda token, s: provider.whereabouts(token, place.document_id, timeout=s))
    voucher = asking.result() if asking else None
    if where is None or (known is None and not _belongs(errand, voucher, where.document)):
        return None
    label = known if voucher is None else voucher.dated
    fetching = errand.begin(lambda token, s: provider.fetch(token, where, wanted=wanted, timeout=s))
    more = again or bool(wanted and wanted.start != 0)
    file = _noted(workshop, connection_id, label or "", staff, more, fetching)
    kind = judge(file.beginning)
    return OpenDocument(label or "", kind, file_name(where.document.name, kind), file)


def _noted(
    workshop: Workshop,
    connection_id: int,
    label: str,
    staff: User | None,
    more: bool,
    fetching: Future[DocumentFile],
) -> DocumentFile:
    """The file, with its line in the history: written while it comes, and taken back if it does not."""
    try:
        event_id = _record(workshop, connection_id, label, staff, more)
    except BaseException:
        fetching.add_done_callback(_let_go)
        raise
    try:
        return fetching.result()
    except BaseException:
        with workshop.sessions.begin() as session:
            session.execute(delete(Event).where(Event.id == event_id))
        raise


def _let_go(fetching: Future[DocumentFile]) -> None:
    if not fetching.cancelled() and fetching.exception() is None:
        fetching.result().close()


def _belongs(errand: Errand, voucher: Voucher | None, document: Document) -> bool:
    """As the two tell, else as the whole search for the voucher's documents does."""
    if voucher is None:
        return False
    provider = errand.workshop.provider
    if provider.belongs(voucher, document):
        return True
    found = errand.ask(lambda token, s: provider.voucher_documents(token, voucher, timeout=s))
    return document.id in [one.id for one in found]


def _record(
    workshop: Workshop,
    connection_id: int,
    label: str,
    staff: User | None,
    more: bool,
) -> int | None:
    """A line in the history and its id, unless this is ``more`` of what has been opened already."""
    with workshop.sessions.begin() as session:
        connection = session.get_one(Connection, connection_id)
        if more and _is_open(session, connection, label, staff):
            return None
        kind = EventKind.DOCUMENT_OPENED
        event = record(session, kind, connection=connection, staff=staff, note=label)
        session.flush()
        return event.id


def _is_open(session: Session, connection: Connection, label: str, staff: User | None) -> bool:
    """Whether it is among the newest lines, so that a long history need not be gone through."""
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
        event.note == label,
        event.at > now() - SAME_OPENING,
    )
    return bool(session.scalar(select(lately)))
