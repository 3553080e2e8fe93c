"""The API's resources with files: attachments, invoices and documents."""

from collections.abc import Sequence

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from wizard.sandbox.api import shapes
from wizard.sandbox.api.access import ACCOUNTING, PURCHASE, SALES, caller, needs
from wizard.sandbox.api.errors import ApiError
from wizard.sandbox.api.filtering import Value
from wizard.sandbox.api.listing import asked_filter, filtered, ordered, page_of
from wizard.sandbox.books.library import books_of
from wizard.sandbox.books.records import Attachment, Books, Invoice
from wizard.sandbox.current import current_state
from wizard.sandbox.files.content import File

blueprint = Blueprint("documents", __name__, url_prefix="/v2")

ATTACHMENT_FIELDS = frozenset(("Id", "DocumentId", "FileName", "ContentType"))
INVOICE_FIELDS = frozenset(("Id", "VoucherId", "InvoiceDate", "Number"))


@blueprint.get("/attachments")
@needs("attachments", ACCOUNTING + PURCHASE)
def attachments() -> ResponseReturnValue:
    """All files; with includeMatched=false, unattached ones, of which there are none."""
    wanted = asked_filter(ATTACHMENT_FIELDS)
    owner = wanted.pins.get("DocumentId") if wanted else None
    held = _books().attachments_of(owner) if isinstance(owner, str) else _books().attachments
    found = filtered(held if _flag("includeMatched") else (), wanted, _attachment_value)
    return page_of(ordered(found, ATTACHMENT_FIELDS, _attachment_value), _attachment_shape)


@blueprint.get("/attachments/<uuid:attachment_id>")
@needs("attachments", ACCOUNTING + PURCHASE)
def attachment(attachment_id: object) -> ResponseReturnValue:
    """A file, with a new temporary URL."""
    found = _books().attachment(str(attachment_id))
    if found is None:
        raise ApiError(3000)
    return jsonify(_attachment_shape(found))


@blueprint.get("/supplierinvoices")
@needs("supplierinvoices", PURCHASE)
def supplier_invoices() -> ResponseReturnValue:
    """All supplier invoices."""
    found = filtered(_books().supplier_invoices, asked_filter(INVOICE_FIELDS), _invoice_value)
    return page_of(ordered(found, INVOICE_FIELDS, _invoice_value), shapes.supplier_invoice)


@blueprint.get("/supplierinvoices/<uuid:invoice_id>")
@needs("supplierinvoices", PURCHASE)
def supplier_invoice(invoice_id: object) -> ResponseReturnValue:
    """A supplier invoice, with the ids of its files."""
    return jsonify(shapes.supplier_invoice(_find(_books().supplier_invoices, str(invoice_id))))


@blueprint.get("/customerinvoices/<uuid:invoice_id>")
@needs("customerinvoices", SALES)
def customer_invoice(invoice_id: object) -> ResponseReturnValue:
    """A customer invoice."""
    return jsonify(shapes.customer_invoice(_find(_books().customer_invoices, str(invoice_id))))


@blueprint.get("/customerinvoices/<uuid:invoice_id>/pdf")
@needs("customerinvoices", SALES)
def customer_invoice_pdf(invoice_id: object) -> ResponseReturnValue:
    """The temporary URL of an invoice as a PDF."""
    file = _find(_books().customer_invoices, str(invoice_id)).file
    return jsonify(Url=temporary_url(file) if file else None)


@blueprint.get("/documents/<uuid:document_id>")
@needs("documents", SALES + PURCHASE)
def document(document_id: object) -> ResponseReturnValue:
    """A document; in the stand-in, a customer invoice by its own id."""
    invoice = _find(_books().customer_invoices, str(document_id))
    if invoice.file is None:
        raise ApiError(3000)
    shape = shapes.document(
        invoice.id,
        invoice.file.name,
        invoice.file.body(),
        temporary_url(invoice.file),
        invoice.day,
    )
    return jsonify(shape)


def temporary_url(file: File) -> str:
    """A new temporary URL, which works for a short time without authentication."""
    state = current_state()
    with state.lock:
        lifetime = state.behaviour.temporary_url_lifetime
        name = state.addresses.give(file, state.now(), lifetime)
    return f"{state.settings.origin}/temp/fileanonymous/{name}"


def _books() -> Books:
    return books_of(caller().company.key)


def _flag(name: str) -> bool:
    """A boolean parameter with the default true."""
    return request.args.get(name, "true").lower() != "false"


def _find(invoices: Sequence[Invoice], identity: str) -> Invoice:
    for invoice in invoices:
        if invoice.id == identity:
            return invoice
    raise ApiError(3000)


def _attachment_shape(each: Attachment) -> shapes.Shape:
    address = temporary_url(each.file) if _flag("includeTemporaryUrl") else None
    return shapes.attachment(each, address)


def _attachment_value(each: Attachment, name: str) -> Value:
    values = {"Id": each.id, "DocumentId": each.document_id, "FileName": each.file.name}
    return values.get(name, each.file.content_type)


def _invoice_value(each: Invoice, name: str) -> Value:
    values: dict[str, Value] = {
        "Id": each.id,
        "VoucherId": each.voucher.id,
        "Number": each.number,
    }
    return values.get(name, each.day)
