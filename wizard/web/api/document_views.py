"""Vouchers of a connected company and the files behind them, read at the accounting program when asked for."""

from flask import Response, request

from wizard.providers import base
from wizard.services import documents, vouchers
from wizard.services.documents import Place
from wizard.services.vouchers import Label
from wizard.web.api import book_schemas, shapes
from wizard.web.api.asking import asking, there, workshop_of
from wizard.web.api.blueprint import blueprint
from wizard.web.api.connection_views import connection_of
from wizard.web.api.description import BOOKS, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.web.api.streams import CONTENT, NAMED, stream
from wizard.web.sending import wanted_range

YEAR = "/connections/<connection_id>/fiscal-years/<year_id>"
VOUCHER = f"{YEAR}/vouchers/<voucher_id>"


@blueprint.get("/connections/<connection_id>/fiscal-years")
@described("documents", Answers(book_schemas.FiscalYearList, problems=BOOKS))
def list_fiscal_years(connection_id: str) -> Response:
    """List the company's fiscal years, the newest first."""
    found = connection_of(connection_id)
    with asking():
        years = vouchers.fiscal_years(workshop_of(found.provider), found.id)
    items = [book_schemas.FiscalYear(id=year.id, start=year.start, end=year.end) for year in years]
    return shapes.answer(book_schemas.FiscalYearList(items=items))


@blueprint.get(f"{YEAR}/vouchers")
@described("documents", Answers(book_schemas.VoucherList, problems=BOOKS))
def list_vouchers(connection_id: str, year_id: str, query: book_schemas.VouchersAsked) -> Response:
    """Find vouchers of a year by number and series, or go through all of them page by page."""
    found = connection_of(connection_id)
    workshop = workshop_of(found.provider)
    with asking():
        if query.number is None:
            page = vouchers.voucher_page(workshop, found.id, year_id, query.page)
        else:
            series = query.series.upper() if query.series else None
            label = Label(series, query.number)
            named = vouchers.find_vouchers(workshop, found.id, year_id, label)
            page = base.VoucherPage(tuple(named), 1, 1, len(named))
    return shapes.answer(shapes.voucher_list(page))


@blueprint.get(VOUCHER)
@described("documents", Answers(book_schemas.Voucher, problems=BOOKS))
def read_voucher(connection_id: str, year_id: str, voucher_id: str) -> Response:
    """Read one voucher with its rows."""
    return shapes.answer(shapes.voucher(_voucher(connection_id, year_id, voucher_id)))


@blueprint.get(f"{VOUCHER}/documents")
@described("documents", Answers(book_schemas.DocumentList, problems=BOOKS))
def list_documents(connection_id: str, year_id: str, voucher_id: str) -> Response:
    """List the files behind a voucher: its own, and those of the invoice or receipt it was made from."""
    found = connection_of(connection_id)
    voucher = _voucher(connection_id, year_id, voucher_id)
    with asking():
        files = vouchers.documents_of(workshop_of(found.provider), found.id, voucher)
    items = [book_schemas.Document(id=file.id, name=file.name) for file in files]
    return shapes.answer(book_schemas.DocumentList(items=items))


@blueprint.get(f"{VOUCHER}/documents/<document_id>/content")
@described(
    "documents", Answers(None, 200, 206, problems=(*BOOKS, 416), content=CONTENT, more=NAMED)
)
def read_document(
    connection_id: str,
    year_id: str,
    voucher_id: str,
    document_id: str,
    headers: book_schemas.Parted,
) -> Response:
    """Open a file, streamed from the accounting program and stored nowhere; at most 20 MB.

    Its type is judged by its bytes. Each opening is a line in the company's history. A part is given
    where the accounting program gives parts, else the whole.
    """
    if request.method == "HEAD":  # a look without an opening would leave no trace
        raise ProblemError("method_not_allowed", headers={"Allow": "GET, OPTIONS"})
    found = connection_of(connection_id)
    place = Place(year_id, voucher_id, document_id)
    wanted = wanted_range() if headers.range else None
    with asking():
        opened = documents.open_document(
            workshop_of(found.provider), found.id, place, wanted=wanted
        )
    return stream(there(opened))


def _voucher(connection_id: str, year_id: str, voucher_id: str) -> base.Voucher:
    found = connection_of(connection_id)
    with asking():
        voucher = vouchers.voucher(workshop_of(found.provider), found.id, year_id, voucher_id)
    return there(voucher)
