"""Conversion of models to the API's response bodies."""

from collections.abc import Mapping
from typing import Any

from flask import Response, url_for
from pydantic import BaseModel
from sqlalchemy.orm import Session

from wizard.extensions import settings
from wizard.models import Company, CompanyImport, Connection, Invitation, now
from wizard.providers.base import Voucher, VoucherPage
from wizard.services.api.firm_records import CompanyRecord
from wizard.services.imports import overview
from wizard.services.invitations.lifecycle import Link
from wizard.web.api import book_schemas, import_schemas, schemas
from wizard.wiring.addresses import link_address


def answer(
    body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON response with this body."""
    text = body.model_dump_json(by_alias=True)
    return Response(text, status, dict(headers or {}), content_type="application/json")


def made(body: BaseModel, address: str) -> Response:
    """A 201 response with this body and a Location header."""
    return answer(body, 201, {"Location": address})


def company_summary(company: Company) -> schemas.CompanySummary:
    """The company that a resource belongs to."""
    return schemas.CompanySummary(
        id=company.public_id,
        name=company.name,
        organisation_number=company.organisation_number,
        own_reference=company.own_reference,
    )


def company(record: CompanyRecord) -> schemas.Company:
    """A company with its connection and its newest invitation."""
    found, connection, invitation = record.company, record.connection, record.invitation
    responsible = found.looked_after_by
    return schemas.Company(
        id=found.public_id,
        name=found.name,
        organisation_number=found.organisation_number,
        own_reference=found.own_reference,
        responsible=responsible.email if responsible else None,
        created_at=found.created_at,
        archived_at=found.archived_at,
        connection=schemas.ConnectionSummary(
            id=connection.public_id, status=connection.status.value
        )
        if connection
        else None,
        invitation=schemas.InvitationSummary(
            id=invitation.public_id, status=invitation.status_at(now()).value
        )
        if invitation
        else None,
        move=record.standing.whose.value,
        move_since=record.standing.since,
        step=record.standing.step.value if record.standing.step else None,
        last_cause=record.standing.last_cause,
        upload_url=settings.public_url + url_for("company.upload", public_id=found.public_id),
    )


def invitation(found: Invitation) -> schemas.Invitation:
    """An invitation."""
    return schemas.Invitation(**_invitation(found))


def invitation_with_link(found: Invitation, link: Link | None) -> schemas.InvitationWithLink:
    """An invitation, with the link created for this response."""
    address = link_address(link) if link else None
    return schemas.InvitationWithLink(**_invitation(found), link=address)


def connection(found: Connection) -> schemas.Connection:
    """A connection, without the approver, who is shown on the firm's pages only."""
    return schemas.Connection(
        id=found.public_id,
        company=company_summary(found.company),
        provider=found.provider,
        status=found.status.value,
        status_since=found.status_since,
        cause=found.cause,
        last_read_at=found.last_read_at,
        consent_ends_on=found.consent_ends_on,
        read_only=found.read_only,
        created_at=found.created_at,
        renewed_at=found.renewed_at,
        ended_at=found.ended_at,
    )


def company_import(session: Session, found: CompanyImport) -> import_schemas.Import:
    """An import, with the counts of its lines."""
    counts = overview.progress(session, found)
    return import_schemas.Import(
        id=found.public_id,
        status=found.status.value,
        lines=counts.lines,
        fates={fate.value: number for fate, number in counts.fates.items()},
        to_add=counts.to_add,
        added=counts.added,
        to_mail=counts.to_mail,
        mailed=counts.mailed,
        created_at=found.created_at,
        ended_at=found.ended_at,
    )


def import_line(row: overview.LineRow) -> import_schemas.ImportLine:
    """What becomes of a line of an import."""
    line = row.line
    return import_schemas.ImportLine(
        number=line.number,
        fate=line.fate.value,
        wrong=line.wrong,
        duplicate_of=line.twin,
        company_id=row.company,
    )


def voucher(found: Voucher) -> book_schemas.Voucher:
    """A voucher with its rows."""
    return book_schemas.Voucher(
        id=found.id,
        year_id=found.year_id,
        label=found.label,
        series=found.series,
        number=found.number,
        day=found.day,
        text=found.text,
        imported_number=found.imported_number or None,
        has_documents=found.has_documents,
        rows=[
            book_schemas.VoucherRow(
                account=row.account,
                account_name=row.account_name,
                debit=format(row.debit, "f"),
                credit=format(row.credit, "f"),
                text=row.text,
            )
            for row in found.rows
        ],
    )


def voucher_list(page: VoucherPage) -> book_schemas.VoucherList:
    """A page of vouchers, with the numbers of pages and vouchers."""
    return book_schemas.VoucherList(
        items=[voucher(each) for each in page.vouchers],
        page=page.number,
        pages=page.pages,
        total=page.total,
    )


def _invitation(found: Invitation) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "company": company_summary(found.company),
        "status": found.status_at(now()).value,
        "code": found.code.upper(),
        "created_at": found.created_at,
        "expires_at": found.expires_at,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
    }
