"""A list as a file for spreadsheets, written as it is read; each line has the address where it is mended."""

from collections.abc import Iterator

from flask import Response, abort, request, stream_with_context, url_for
from flask_babel import gettext, to_user_timezone

from wizard.extensions import database
from wizard.models import AuditAction, Role, User
from wizard.services.audit.trail import About, record
from wizard.services.companies import company_list
from wizard.services.companies.company_list import Line, Wanted
from wizard.services.values import organisation_numbers
from wizard.services.values.spreadsheets import MARK, line
from wizard.web.listing.asked import asked_here, wanted_by
from wizard.web.listing.wording import cause_words, status_words
from wizard.web.move_texts import REASONS, WHOSE

MOST = 100_000  # companies in one file; a narrower list gives the rest


def file_here(user: User, name: str, *, connected: bool = False) -> Response:
    """The list that this request asks for as a file; that somebody takes it stands in the audit trail first."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        abort(403)  # nobody has asked for it
    asked = asked_here()
    wanted = wanted_by(user, asked, connected=connected)
    record(
        database.session,
        AuditAction.EXPORTED,
        About(name=name, firm_id=user.firm_id),
        after=asked.filled,
    )
    database.session.commit()
    response = Response(
        stream_with_context(_lines(user, wanted)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(user: User, wanted: Wanted) -> Iterator[str]:
    yield MARK + line(
        [
            gettext("Company"),
            gettext("Organisation number"),
            gettext("Own reference"),
            gettext("Firm"),
            gettext("Responsible"),
            gettext("Status"),
            gettext("Whose move it is"),
            gettext("Why"),
            gettext("Since"),
            gettext("Step"),
            gettext("Cause"),
            gettext("Last read"),
            gettext("Approved by"),
            gettext("Mended here"),
        ]
    )
    for one in company_list.everything(database.sessions, user, wanted, MOST):
        yield line(_cells(user, one))


def _cells(user: User, one: Line) -> list[str]:
    return [
        one.name,
        organisation_numbers.masked(one.organisation_number),
        one.own_reference or "",
        one.firm_name,
        one.responsible or "",
        status_words(one.status, one.provider) if one.status else "",
        str(WHOSE[one.move]),
        str(REASONS[one.reason]),
        f"{to_user_timezone(one.since):%Y-%m-%d %H:%M}",
        str(one.step.number) if one.step else "",
        cause_words(one.last_cause) if one.last_cause else "",
        f"{to_user_timezone(one.last_read_at):%Y-%m-%d %H:%M}" if one.last_read_at else "",
        one.approver_name or "",
        _mended_at(user, one),
    ]


def _mended_at(user: User, one: Line) -> str:
    """The page on which it is mended: a member invites there, others read what is wrong. Never a secret."""
    endpoint = "company.upload" if user.role is Role.MEMBER else "company.detail"
    return url_for(endpoint, public_id=one.public_id, _external=True)
