"""What became of each company as a file for spreadsheets; each line has the address where it is mended."""

from collections.abc import Iterator

from flask import Response, abort, request, stream_with_context, url_for
from flask_babel import gettext, to_user_timezone

from wizard.extensions import database
from wizard.models import AuditAction, BulkAction
from wizard.services.audit.trail import About, record
from wizard.services.bulk import overview
from wizard.services.bulk.overview import RowShown
from wizard.services.values import organisation_numbers
from wizard.services.values.spreadsheets import MARK, line
from wizard.web.bulk.wording import ACTS, fate_words, reason_words


def file_of(found: BulkAction) -> Response:
    """The file; that somebody takes it stands in the audit trail first."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        abort(403)  # nobody has asked for it
    about = About(found, found.public_id, firm_id=found.firm_id)
    record(database.session, AuditAction.EXPORTED, about, after={"done": f"bulk_{found.act}"})
    database.session.commit()
    response = Response(stream_with_context(_lines(found)), content_type="text/csv; charset=utf-8")
    name = f"flera-{found.public_id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(found: BulkAction) -> Iterator[str]:
    yield MARK + line(
        [
            gettext("Company"),
            gettext("Organisation number"),
            gettext("Own reference"),
            gettext("Firm"),
            gettext("What"),
            gettext("What became of it"),
            gettext("Why"),
            gettext("To"),
            gettext("When"),
            gettext("Mended here"),
        ]
    )
    for shown in overview.everything(database.sessions, found):
        yield line(_cells(found, shown))


def _cells(found: BulkAction, shown: RowShown) -> list[str]:
    row, company = shown.row, shown.company
    number = organisation_numbers.masked(company.organisation_number) if company else ""
    here = company and url_for("company.detail", public_id=company.public_id, _external=True)
    return [
        company.name if company else gettext("Removed"),
        number,
        company.own_reference or "" if company else "",
        shown.firm_name or "",
        str(ACTS[found.act]),
        fate_words(row),
        reason_words(row),
        row.email or "",
        f"{to_user_timezone(row.done_at):%Y-%m-%d %H:%M}" if row.done_at else "",
        here or "",
    ]
