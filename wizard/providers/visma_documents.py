"""Finding and opening the documents of a voucher at Visma.

A document's id is that of its attachment, or `invoice-` and the id of a customer invoice, which Visma
renders as a PDF on request.
"""

from dataclasses import replace

from wizard.causes import Cause
from wizard.providers.base import (
    ByteRange,
    Document,
    DocumentFile,
    NotFoundInTimeError,
    ProviderError,
    TokenRefusedError,
    Voucher,
    Whereabouts,
)
from wizard.providers.file_page import FilePage
from wizard.providers.files import AddressExpiredError, FileFetcher
from wizard.providers.visma_answers import (
    Asking,
    Row,
    all_named,
    data_of,
    identity,
    named,
    paging_of,
    text,
    unreadable,
    whole,
)
from wizard.providers.visma_marks import CUSTOMER_INVOICES, SUPPLIER_INVOICES, VismaVoucher

INVOICE = "invoice-"
OF_ONE = 50  # files of one voucher: Visma's default page size, and more than a voucher ever has
PAGES = (500, OF_ONE)  # page sizes to try for the whole list: the larger one may be refused
MOST_PAGES = 20


def documents_of(asking: Asking, voucher: Voucher) -> list[Document]:
    """All documents of a voucher; those that the voucher lists come first.

    A voucher lists the files of either itself or its source, so for a voucher with a source the
    attachments of both are queried. A customer invoice is a PDF. If nothing is found, the supplier
    invoice is queried, and at last the whole list of attachments is searched.
    """
    if not isinstance(voucher, VismaVoucher):
        raise TypeError("a voucher that Visma has not given")
    if invoices := _customer_invoice(asking, voucher):
        return [*invoices, *_named(asking, voucher.document_ids, {})]
    owners = voucher.owners
    named = len(voucher.document_ids)  # an owner without listed files is inconsistent
    is_simple = not voucher.source_id and (named == 1 or not (named or voucher.owner_id))
    hanging = {} if is_simple else _filtered(asking, owners)
    found = _named(asking, voucher.document_ids, hanging or {})
    if found or not voucher.source_id:
        return found
    ids = _of_supplier_invoice(asking, voucher)
    return _named(asking, ids, {}) or ([] if hanging is not None else _searched(asking, owners))


def belongs(voucher: Voucher, document: Document) -> bool:
    """True if the voucher lists the document, or the document refers to the voucher or its source."""
    if document.id in voucher.document_ids:
        return True
    owners = {voucher.id}
    if isinstance(voucher, VismaVoucher):
        owners |= {voucher.source_id, voucher.owner_id}
    return bool(document.owner_id) and document.owner_id in owners


def whereabouts(asking: Asking, document_id: str) -> Whereabouts | None:
    """The document and its temporary URL, which is a secret and expires soon; None if missing."""
    if document_id.startswith(INVOICE):
        invoice = identity(document_id.removeprefix(INVOICE))
        found = asking.one(f"customerinvoices/{invoice}/pdf") if invoice else None
        document, url = Document(f"{INVOICE}{invoice}", "Kundfaktura.pdf", invoice), "Url"
    else:
        attachment = identity(document_id)
        found = asking.one(f"attachments/{attachment}") if attachment else None
        document, url = replace(_document(found or {}), id=attachment), "TemporaryUrl"
    if found is None:
        return None
    address = found.get(url)
    if not isinstance(address, str) or not address:
        raise unreadable()
    return Whereabouts(document, address)


def fetch(
    asking: Asking, files: FileFetcher, place: Whereabouts, wanted: ByteRange | None
) -> DocumentFile:
    """Open the file at its temporary URL, or at a new one if that has expired."""
    try:
        file = files.open(place.address, wanted=wanted, timeout=asking.deadline.left)
    except AddressExpiredError:
        again = whereabouts(asking, place.document.id)
        if again is None:
            raise
        file = files.open(again.address, wanted=wanted, timeout=asking.deadline.left)
    file.document = place.document
    return file


def file_page(asking: Asking, number: int, way: int | None) -> FilePage:
    """The owners of a large page of attachments, without temporary URLs; ``way`` is a place in PAGES."""
    for place in range(len(PAGES)) if way is None else [way]:
        found = asking.page(
            "attachments?includeTemporaryUrl=false", page=number, pagesize=PAGES[place]
        )
        if found is not None:
            owners = {identity(row.get("DocumentId")) for row in data_of(found)} - {""}
            return FilePage(frozenset(owners), number, paging_of(found).pages, place)
    raise unreadable()


def _customer_invoice(asking: Asking, voucher: VismaVoucher) -> list[Document]:
    """The customer invoice behind the voucher, if any; its number becomes the file name."""
    if voucher.kind not in CUSTOMER_INVOICES or not voucher.source_id:
        return []
    number = ""
    try:
        found = asking.one(f"customerinvoices/{voucher.source_id}")
        if found is None:
            return []
        number = f" {whole(found.get('InvoiceNumber')) or ''}".rstrip()
    except ProviderError as error:
        if error.transient or isinstance(error, TokenRefusedError):
            raise  # other errors: opening the document will report them
    name = f"Kundfaktura{number}.pdf"
    return [Document(f"{INVOICE}{voucher.source_id}", name, voucher.source_id)]


def _of_supplier_invoice(asking: Asking, voucher: VismaVoucher) -> tuple[str, ...]:
    """The ids of the files of the supplier invoice behind the voucher, if any."""
    if voucher.kind not in SUPPLIER_INVOICES or not voucher.source_id:
        return ()
    found: Row | None = None
    try:
        found = asking.one(f"supplierinvoices/{voucher.source_id}")
    except ProviderError as error:
        if error.transient or isinstance(error, TokenRefusedError):
            raise  # other errors: the list of attachments may still be readable
    return all_named(found.get("Attachments")) if found else ()


def _named(asking: Asking, ids: tuple[str, ...], known: dict[str, Document]) -> list[Document]:
    """The documents with these ids, each fetched unless known; then the other known ones."""
    if len(ids) > OF_ONE:
        raise NotFoundInTimeError(Cause.PROVIDER_UNAVAILABLE, code="too_many")
    for one in ids:
        if one not in known:
            found = asking.one(f"attachments/{one}?includeTemporaryUrl=false")
            if found is not None:
                known[one] = replace(_listed(found), id=one)
    return [known[one] for one in dict.fromkeys((*ids, *known)) if one in known]


def _filtered(asking: Asking, owners: set[str]) -> dict[str, Document] | None:
    """Attachments by owner, with an undocumented filter; None if it is refused, ignored or not enough."""
    wanted = " or ".join(f"DocumentId eq {one}" for one in sorted(owners))
    found = asking.page("attachments?includeTemporaryUrl=false", pagesize=OF_ONE, filter=wanted)
    if found is None:
        return None
    documents = [_listed(row) for row in data_of(found)]
    hanging = {one.id: one for one in documents if one.owner_id in owners}
    is_all = paging_of(found).pages == 1
    return hanging if is_all and (hanging or not documents) else None


def _searched(asking: Asking, owners: set[str]) -> list[Document]:
    """Attachments by owner, page by page; raises NotFoundInTimeError if there are too many pages."""
    hanging: list[Document] = []
    size, path = PAGES[0], "attachments?includeTemporaryUrl=false"
    for number in range(1, MOST_PAGES + 1):
        found = asking.page(path, page=number, pagesize=size)
        if found is None and number == 1:
            size = PAGES[1]
            found = asking.page(path, page=number, pagesize=size)
        if found is None:
            raise unreadable()
        documents = [_listed(row) for row in data_of(found)]
        hanging += [one for one in documents if one.owner_id in owners]
        if number >= paging_of(found).pages or not documents:
            return hanging
        if asking.deadline.passed:
            break
    if hanging:
        return hanging
    raise NotFoundInTimeError(Cause.PROVIDER_UNAVAILABLE, code="too_many")


def _listed(row: Row) -> Document:
    return replace(_document(row), id=named(row.get("Id")))


def _document(row: Row) -> Document:
    return Document(
        identity(row.get("Id")), text(row.get("FileName"), 200), identity(row.get("DocumentId"))
    )
