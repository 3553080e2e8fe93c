"""Where Visma keeps the documents of a voucher, and opening one of them.

A document's id is its attachment's, or `invoice-` and the id of an invoice to a customer, which Visma
keeps no file of but makes a pdf when asked.
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
from wizard.providers.files import AddressExpiredError, FileFetcher
from wizard.providers.visma_answers import Asking, Row, data_of, identity, text, whole
from wizard.providers.visma_vouchers import VismaVoucher

INVOICE = "invoice-"
SUPPLIER_INVOICES = {12, 13, 25, 26}  # VoucherType: debit, credit, and quick invoices of both kinds
CUSTOMER_INVOICES = {14, 15, 23, 24}
OF_ONE = 50  # files of one voucher, and as many as a page has unasked; nobody has more
PAGES = (500, OF_ONE)  # what a page of the whole list may hold: the larger may be refused
MOST_PAGES = 20


def documents_of(asking: Asking, voucher: Voucher) -> list[Document]:
    """Every document, those that the voucher names first.

    A voucher names the files of one thing only, itself or its source, so where it has a source all
    that hangs on either is asked for. A customer's invoice is a pdf of its own. When nothing is
    found so, the supplier's invoice is asked, and at last the whole list of attachments.
    """
    if not isinstance(voucher, VismaVoucher):
        raise TypeError("a voucher that Visma has not given")
    if invoices := _customer_invoice(asking, voucher):
        return [*invoices, *_named(asking, voucher.document_ids, {})]
    owners = {voucher.id, voucher.owner_id, voucher.source_id} - {""}
    named = len(voucher.document_ids)  # none, where something is named that they hang on, is odd
    is_simple = not voucher.source_id and (named == 1 or not (named or voucher.owner_id))
    hanging = {} if is_simple else _filtered(asking, owners)
    found = _named(asking, voucher.document_ids, hanging or {})
    if found or not voucher.source_id:
        return found
    ids = _of_supplier_invoice(asking, voucher)
    return _named(asking, ids, {}) or ([] if hanging is not None else _searched(asking, owners))


def belongs(voucher: Voucher, document: Document) -> bool:
    """Whether the voucher names the document, or the document the voucher or its source."""
    if document.id in voucher.document_ids:
        return True
    owners = {voucher.id}
    if isinstance(voucher, VismaVoucher):
        owners |= {voucher.source_id, voucher.owner_id}
    return bool(document.owner_id) and document.owner_id in owners


def whereabouts(asking: Asking, document_id: str) -> Whereabouts | None:
    """What the document is, and its temporary address: for this moment, for nobody else to see."""
    if document_id.startswith(INVOICE):
        invoice = identity(document_id.removeprefix(INVOICE))
        found = asking.one(f"customerinvoices/{invoice}/pdf") if invoice else None
        document, url = Document(f"{INVOICE}{invoice}", "Kundfaktura.pdf", invoice), "Url"
    else:
        attachment = identity(document_id)
        found = asking.one(f"attachments/{attachment}") if attachment else None
        document, url = replace(_document(found or {}), id=attachment), "TemporaryUrl"
    address = found.get(url) if found else None
    return Whereabouts(document, address) if isinstance(address, str) and address else None


def fetch(
    asking: Asking, files: FileFetcher, place: Whereabouts, wanted: ByteRange | None
) -> DocumentFile:
    """The file at its temporary address; at another new one if that has ended already."""
    try:
        file = files.open(place.address, wanted=wanted, timeout=asking.countdown.left)
    except AddressExpiredError:
        again = whereabouts(asking, place.document.id)
        if again is None:
            raise
        file = files.open(again.address, wanted=wanted, timeout=asking.countdown.left)
    file.document = place.document
    return file


def _customer_invoice(asking: Asking, voucher: VismaVoucher) -> list[Document]:
    """The invoice behind the voucher, if it is one to a customer; its number becomes its name."""
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
            raise  # else opening it will tell why it cannot be read
    name = f"Kundfaktura{number}.pdf"
    return [Document(f"{INVOICE}{voucher.source_id}", name, voucher.source_id)]


def _of_supplier_invoice(asking: Asking, voucher: VismaVoucher) -> tuple[str, ...]:
    """The ids of the files of the supplier's invoice behind the voucher, if it is one."""
    if voucher.kind not in SUPPLIER_INVOICES or not voucher.source_id:
        return ()
    found: Row | None = None
    try:
        found = asking.one(f"supplierinvoices/{voucher.source_id}")
    except ProviderError as error:
        if error.transient or isinstance(error, TokenRefusedError):
            raise  # else the list of attachments may be read all the same
    ids = found.get("Attachments") if found else None
    return tuple(filter(None, map(identity, ids))) if isinstance(ids, list) else ()


def _named(asking: Asking, ids: tuple[str, ...], known: dict[str, Document]) -> list[Document]:
    """The documents with these ids, each asked for unless it is known; then the rest of the known."""
    for one in ids[:OF_ONE]:
        if one not in known:
            found = asking.one(f"attachments/{one}?includeTemporaryUrl=false")
            if found is not None:
                known[one] = replace(_document(found), id=one)
    return [known[one] for one in dict.fromkeys((*ids, *known)) if one in known]


def _filtered(asking: Asking, owners: set[str]) -> dict[str, Document] | None:
    """Attachments by what they hang on, with a filter that nobody has promised; None when it is
    refused or not kept to.
    """
    wanted = " or ".join(f"DocumentId eq {one}" for one in sorted(owners))
    found = asking.page("attachments?includeTemporaryUrl=false", pagesize=OF_ONE, filter=wanted)
    if found is None:
        return None
    documents = [_document(row) for row in data_of(found)]
    hanging = {one.id: one for one in documents if one.id and one.owner_id in owners}
    return hanging if hanging or not documents else None


def _searched(asking: Asking, owners: set[str]) -> list[Document]:
    """Page by page; NotFoundInTimeError when there are more than we may ask for."""
    hanging: list[Document] = []
    size, path = PAGES[0], "attachments?includeTemporaryUrl=false"
    for number in range(1, MOST_PAGES + 1):
        found = asking.page(path, page=number, pagesize=size)
        if found is None and number == 1:
            size = PAGES[1]
            found = asking.page(path, page=number, pagesize=size)
        documents = [_document(row) for row in data_of(found or {})]
        hanging += [one for one in documents if one.id and one.owner_id in owners]
        if _is_last(found or {}, number) or not documents:
            return hanging
        if asking.countdown.passed:
            break
    if hanging:
        return hanging
    raise NotFoundInTimeError(Cause.PROVIDER_UNAVAILABLE, code="too_many")


def _is_last(envelope: Row, number: int) -> bool:
    meta = envelope.get("Meta")
    return not isinstance(meta, dict) or number >= whole(meta.get("TotalNumberOfPages"))


def _document(row: Row) -> Document:
    return Document(
        identity(row.get("Id")), text(row.get("FileName"), 200), identity(row.get("DocumentId"))
    )
