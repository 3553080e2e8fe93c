"""What a year came to as a file for spreadsheets, written as it is read: each gap, and each voucher without documents."""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, stream_with_context
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import AuditAction, Company, User, YearReading
from wizard.services.audit.trail import About, record
from wizard.services.books.media_types import NOT_IN_NAMES
from wizard.services.evidence.year_findings import all_gaps, all_without_documents
from wizard.services.values.spreadsheets import MARK, line
from wizard.web.completeness.wording import plain_money


def table_of(user: User, company: Company, reading: YearReading) -> Response:
    """The file; that somebody takes it stands in the audit trail first."""
    about = About(company, company.name, firm_id=user.firm_id)
    year = f"{reading.first_day} – {reading.last_day}"
    record(database.session, AuditAction.EXPORTED, about, after={"year": year})
    database.session.commit()
    title = gettext("Completeness")
    name = NOT_IN_NAMES.sub("_", f"{title} {company.name} {reading.first_day}")
    lines = stream_with_context(_lines(reading.id))
    response = Response(lines, content_type="text/csv; charset=utf-8")
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}.csv\"; filename*=UTF-8''{quote(name, safe='')}.csv"
    )
    return response


def _lines(reading_id: int) -> Iterator[str]:
    yield MARK + line(
        [
            gettext("What"),
            gettext("Series"),
            gettext("From number"),
            gettext("To number"),
            gettext("Amount"),
            gettext("Accounts"),
            gettext("The program’s id of the voucher"),
        ]
    )
    gap, lacking = gettext("Gap"), gettext("Without documents")
    for one in all_gaps(database.session, reading_id):
        yield line([gap, one.series, str(one.first), str(one.last), "", "", ""])
    for row in all_without_documents(database.session, reading_id):
        number = "" if row.number is None else str(row.number)
        accounts = " ".join(row.accounts)
        cells = [number, number, plain_money(row.amount), accounts, row.voucher_id]
        yield line([lacking, row.series, *cells])
