"""Operations on vouchers and files, read from the accounting program at each request."""

from flask import Response, request

from wizard.models import Scope
from wizard.providers import base
from wizard.services.books import documents, vouchers
from wizard.services.books.documents import Place
from wizard.services.books.labels import Label
from wizard.services.evidence.archive import TooManyArchivesError
from wizard.services.evidence.finding import look_up
from wizard.services.evidence.samples import read_sample
from wizard.web import open_documents
from wizard.web.api import book_schemas, shapes
from wizard.web.api.asking import asking, context_of, existing
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.connection_views import connection_of
from wizard.web.api.description import BOOKS, WITH_BODY, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.web.api.streams import CONTENT, NAMED, ZIP_NAMED, ZIPPED, stream
from wizard.web.file_responses import wanted_range
from wizard.web.open_documents import DocumentsBusyError
from wizard.web.sample import archives

BUSY = "So many files are being downloaded that no more can be opened now"
YEAR = "/connections/<connection_id>/fiscal-years/<year_id>"
VOUCHER = f"{YEAR}/vouchers/<voucher_id>"


@blueprint.get("/connections/<connection_id>/fiscal-years")
@described("documents", Scope.DOCUMENTS, Answers(book_schemas.FiscalYearList, problems=BOOKS))
def list_fiscal_years(connection_id: str) -> Response:
    """List the company’s fiscal years, newest first."""
    found = connection_of(connection_id)
    with asking():
        years = vouchers.fiscal_years(context_of(found.provider), found.id)
    items = [book_schemas.FiscalYear(id=year.id, start=year.start, end=year.end) for year in years]
    return shapes.answer(book_schemas.FiscalYearList(items=items))


@blueprint.get(f"{YEAR}/vouchers")
@described("documents", Scope.DOCUMENTS, Answers(book_schemas.VoucherList, problems=BOOKS))
def list_vouchers(connection_id: str, year_id: str, query: book_schemas.VouchersAsked) -> Response:
    """Find the vouchers of a fiscal year by number and series, or by the number before an import, or list all of them page by page."""
    found = connection_of(connection_id)
    context = context_of(found.provider)
    with asking():
        if query.number is None and query.imported_number:
            ask = vouchers.find_imported
            named = ask(context, found.id, year_id, query.imported_number)
            page = base.VoucherPage(tuple(named), 1, 1, len(named))
        elif query.number is None:
            page = vouchers.voucher_page(context, found.id, year_id, query.page)
        else:
            series = query.series.upper() if query.series else None
            label = Label(series, query.number)
            named = vouchers.find_vouchers(context, found.id, year_id, label)
            page = base.VoucherPage(tuple(named), 1, 1, len(named))
    return shapes.answer(shapes.voucher_list(page))


@blueprint.post(f"{YEAR}/samples")
@described(
    "documents",
    Scope.DOCUMENTS,
    Answers(None, 200, problems=(*BOOKS, *WITH_BODY), content=ZIPPED, more=ZIP_NAMED),
)
def fetch_sample(connection_id: str, year_id: str, json: book_schemas.Sample) -> Response:
    """Download the documents of several vouchers as one ZIP file, which is made while it is sent.

    It also holds the manifest underlag.json, the same as a table in underlag.csv, and saknas.txt with the
    vouchers to ask for again, if any. What is missing is listed with why. Nothing is created, so there is no
    Idempotency-Key. Each document is recorded in the company’s history.
    """
    found = connection_of(connection_id)
    lines = read_sample(json.vouchers)
    with asking():
        sample = look_up(context_of(found.provider), found.id, year_id, lines)
    if sample.year is None:
        raise ProblemError("not_found")
    context = context_of(found.provider, background=True)
    archive = archives.made(found.provider, found, sample, None, context, caller().name)
    try:
        return archives.sent(archive)
    except TooManyArchivesError:
        raise ProblemError("too_many_requests", headers={"Retry-After": "60"}) from None


@blueprint.get(VOUCHER)
@described("documents", Scope.DOCUMENTS, Answers(book_schemas.Voucher, problems=BOOKS))
def read_voucher(connection_id: str, year_id: str, voucher_id: str) -> Response:
    """Read one voucher with its rows."""
    return shapes.answer(shapes.voucher(_voucher(connection_id, year_id, voucher_id)))


@blueprint.get(f"{VOUCHER}/documents")
@described("documents", Scope.DOCUMENTS, Answers(book_schemas.DocumentList, problems=BOOKS))
def list_documents(connection_id: str, year_id: str, voucher_id: str) -> Response:
    """List the files of a voucher: its own, and those of the invoice or receipt behind it."""
    found = connection_of(connection_id)
    voucher = _voucher(connection_id, year_id, voucher_id)
    with asking():
        files = vouchers.documents_of(context_of(found.provider), found.id, voucher)
    items = [book_schemas.Document(id=file.id, name=file.name) for file in files]
    return shapes.answer(book_schemas.DocumentList(items=items))


@blueprint.get(f"{VOUCHER}/documents/<document_id>/content")
@described(
    "documents",
    Scope.DOCUMENTS,
    Answers(None, 200, 206, problems=(*BOOKS, 416), content=CONTENT, more=NAMED),
)
def read_document(
    connection_id: str,
    year_id: str,
    voucher_id: str,
    document_id: str,
    headers: book_schemas.Parted,
) -> Response:
    """Download a file of at most 20 MB. It is streamed from the accounting program and never stored here.

    The media type is determined from the content. Each download is recorded in the company’s history.
    A byte range is returned if the accounting program supports ranges, otherwise the whole file.
    """
    if request.method == "HEAD":  # HEAD would tell about the file without a record in the history
        raise ProblemError("method_not_allowed", headers={"Allow": "GET, OPTIONS"})
    found = connection_of(connection_id)
    _take_turn()
    place = Place(year_id, voucher_id, document_id)
    wanted = wanted_range() if headers.range else None
    with asking():
        opened = documents.open_document(context_of(found.provider), found.id, place, wanted=wanted)
    return stream(existing(opened))


def _take_turn() -> None:
    """Raise 503 when this key, or all readers, have as many files open as may be."""
    try:
        open_documents.opening(f"key {caller().id}")
    except DocumentsBusyError:
        again = {"Retry-After": str(open_documents.RETRY_SECONDS)}
        raise ProblemError("unavailable", BUSY, headers=again) from None


def _voucher(connection_id: str, year_id: str, voucher_id: str) -> base.Voucher:
    found = connection_of(connection_id)
    with asking():
        voucher = vouchers.voucher(context_of(found.provider), found.id, year_id, voucher_id)
    return existing(voucher)
