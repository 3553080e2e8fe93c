"""Conversion of records to the API's JSON objects, one function for each."""

from datetime import UTC, date, datetime
from typing import Any

from wizard.sandbox.api.listing import utc
from wizard.sandbox.books.records import Attachment, FiscalYear, Invoice, Voucher
from wizard.sandbox.cast.companies import Company
from wizard.sandbox.cast.people import Person
from wizard.sandbox.files.body import Body

Shape = dict[str, Any]
NEVER = "0001-01-01T00:00:00Z"


def midnight(day: date) -> str:
    """A date in the API's format, which is a time at midnight."""
    return utc(datetime(day.year, day.month, day.day, tzinfo=UTC))


def company_settings(company: Company, number: str | None, status: int) -> Shape:
    """CompanySettingsApi, with the fields that clients may read."""
    return {
        "Name": company.name,
        "Email": "info@example.com",
        "Address1": "Övningsgatan 1",
        "Address2": None,
        "PostalCode": "000 00",
        "City": "Övningsstad",
        "CountryCode": company.country,
        "CurrencyCode": "NOK" if company.country == "NO" else "SEK",
        "CorporateIdentityNumber": number,
        "CompanyIdentifier": company.id,
        "VatCode": None,
        "AccountNumberDigits": 4,
        "AccountingLockedTo": midnight(date(2025, 12, 31)),
        "AccountingLockInterval": 0,
        "TaxDeclarationDate": {"Month": 2, "Day": 12},
        "ProductVariant": int(company.variant),
        "TypeOfBusiness": company.type_of_business,
        "VatPeriod": 1,
        "ActivatedModules": ["api_standard", "sales_standard"],
        "CompanyStatus": status,
        "UsesCostCenter": False,
        "UsesProject": False,
        "AutoInvoice": {"AutoInvoiceActivationStatus": 0},
        "ApprovalSettings": {"UsesSupplierInvoiceApproval": False, "UsesVatReportApproval": False},
    }


def user(person: Person, *, is_active: bool, is_current: bool) -> Shape:
    """UserApi."""
    return {
        "Id": person.id,
        "Email": person.email,
        "FirstName": person.first,
        "LastName": person.last or None,
        "IsActive": is_active,
        "IsCurrentUser": is_current,
        "IsConsultant": person.is_consultant,
        "HasPurchaseInvoicesApprovalPermission": False,
        "HasVATReportsApprovalPermission": False,
    }


def fiscal_year(year: FiscalYear, bookkeeping_method: int) -> Shape:
    """FiscalYearApi."""
    return {
        "Id": year.id,
        "StartDate": midnight(year.start),
        "EndDate": midnight(year.end),
        "IsLockedForAccounting": year.locked,
        "BookkeepingMethod": bookkeeping_method,
    }


def voucher(each: Voucher, *, null_attachments: bool) -> Shape:
    """VoucherApi. Without attachments the field is missing, since the schema does not allow null."""
    shape: Shape = {
        "Id": each.id,
        "VoucherDate": midnight(each.date),
        "VoucherText": each.text,
        "Rows": [_row(5410, "Förbrukning", each.amount, 0), _row(1930, "Bank", 0, each.amount)],
        "NumberAndNumberSeries": each.name,
        "NumberSeries": each.series,
        "ImportedVoucherNumber": each.imported,
        "ModifiedUtc": midnight(each.date),
        "CreatedUtc": midnight(each.date),
        "VoucherType": int(each.type),
        "SourceId": each.source_id,
    }
    if each.link:
        shape["Attachments"] = {
            "DocumentId": each.link.document_id,
            "DocumentType": int(each.link.document_type),
            "AttachmentIds": list(each.link.attachment_ids),
        }
    elif null_attachments:
        shape["Attachments"] = None
    return shape


def _row(account: int, name: str, debit: float, credit: float) -> Shape:
    return {
        "AccountNumber": account,
        "AccountDescription": name,
        "DebitAmount": debit,
        "CreditAmount": credit,
        "TransactionText": None,
    }


def attachment(each: Attachment, address: str | None) -> Shape:
    """Attachment: metadata of a file, without its content."""
    return {
        "Id": each.id,
        "ContentType": each.file.content_type,
        "DocumentId": each.document_id,
        "AttachedDocumentType": int(each.document_type),
        "MessageThreads": [],
        "Notes": [],
        "PhotoSource": 100,
        "FileName": each.file.name,
        "TemporaryUrl": address,
        "Comment": None,
        "SupplierName": None,
        "AmountInvoiceCurrency": 0.0,
        "Type": 2,
        "AttachmentStatus": 0,
        "UploadedBy": "Övningsmiljö",
        "ImageDate": midnight(each.day),
    }


def supplier_invoice(each: Invoice) -> Shape:
    """SupplierInvoiceApi."""
    return {
        "Id": each.id,
        "SupplierId": each.id,
        "InvoiceDate": midnight(each.day),
        "DueDate": midnight(each.day),
        "InvoiceNumber": str(10_000 + each.number),
        "TotalAmount": each.amount,
        "Vat": each.amount / 5,
        "IsCreditInvoice": each.is_credit,
        "CurrencyCode": "SEK",
        "SupplierName": each.party,
        "Number": each.number,
        "NumberSeries": each.voucher.series,
        "VoucherNumber": each.voucher.name,
        "VoucherId": each.voucher.id,
        "Attachments": list(each.attachment_ids),
        "Rows": [],
    }


def customer_invoice(each: Invoice) -> Shape:
    """CustomerInvoiceApi."""
    return {
        "Id": each.id,
        "EuThirdParty": False,
        "IsCreditInvoice": each.is_credit,
        "CurrencyCode": "SEK",
        "TotalAmount": each.amount,
        "CustomerId": each.id,
        "Rows": [],
        "InvoiceDate": midnight(each.day),
        "DueDate": midnight(each.day),
        "RotReducedInvoicingType": 0,
        "InvoiceNumber": each.number,
        "CustomerName": each.party,
        "SalesDocumentAttachments": [],
        "VoucherNumber": each.voucher.name,
        "VoucherId": each.voucher.id,
    }


def document(identity: str, name: str, body: Body, address: str, day: date) -> Shape:
    """DocumentApi."""
    return {
        "Id": identity,
        "ContentType": "application/pdf",
        "CreatedUtc": midnight(day),
        "Name": name,
        "NameWithoutExtension": name.removesuffix(".pdf"),
        "Size": body.length,
        "Type": 0,
        "TemporaryUrl": address,
        "Title": name.removesuffix(".pdf"),
    }
