"""A year read through: begun by a press, followed, and what it came to as a page, a print and a table."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from wizard.extensions import database
from wizard.models import ReadingStatus, User, YearReading
from wizard.providers.base import FiscalYear
from wizard.services.books import vouchers
from wizard.services.books.vouchers import chosen
from wizard.services.evidence import completeness
from wizard.services.evidence.year_findings import PRINTED, SHOWN, YearFound, without_documents
from wizard.web import limits
from wizard.web.completeness import wording
from wizard.web.completeness.asked import asked_here
from wizard.web.completeness.files import table_of
from wizard.web.hooks.access import ViewResponse
from wizard.web.voucher import pages
from wizard.web.voucher.guards import PAGE, Books, with_books

blueprint = Blueprint("completeness", __name__)
blueprint.context_processor(lambda: pages.WORDS)
ADDRESS = "/foretag/<public_id>/verifikat/<year_id>/fullstandighet"


@blueprint.get(ADDRESS)
@with_books(PAGE)
def index(_user: User, books: Books, year_id: str) -> ViewResponse:
    """Show how far the reading of a year has come, or what the last one came to."""
    readings = _readings(books, year_id)
    year = _year(books, year_id, readings)
    done = next((one for one in readings if one.status is ReadingStatus.DONE), None)
    asked = asked_here()
    most, skip = (PRINTED, 0) if asked.is_printed else (SHOWN, (asked.page - 1) * SHOWN)
    rows = []
    if done:
        rows = without_documents(database.session, done.id, asked.which, skip=skip, most=most + 1)
        database.session.commit()
    return render_template(
        "completeness/index.html",
        company=books.company,
        connection=books.connection,
        year=year,
        latest=readings[0] if readings else None,
        done=done,
        found=YearFound.of(done) if done else None,
        asked=asked,
        rows=rows[:most],
        has_more=len(rows) > most,
        words=wording,
        kept_days=completeness.KEPT.days,
    )


@blueprint.post(f"{ADDRESS}/las")
@with_books(PAGE)
def begin(user: User, books: Books, year_id: str) -> ViewResponse:
    """Let the background read the year, or go on where it stopped."""
    year = _year(books, year_id, _readings(books, year_id))
    limits.year_readings(books.company)
    connection = database.session.merge(books.connection)
    completeness.begin(database.session, connection, year, user)
    here = url_for("completeness.index", public_id=books.company.public_id, year_id=year_id)
    return redirect(here, 303)


@blueprint.get(f"{ADDRESS}/csv")
@with_books(PAGE)
def index_file(user: User, books: Books, year_id: str) -> ViewResponse:
    """What the last reading came to as a file; that somebody takes it is an entry in the audit trail."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        abort(403)  # nobody has asked for it
    readings = _readings(books, year_id)
    done = next((one for one in readings if one.status is ReadingStatus.DONE), None)
    if done is None:
        abort(404)
    return table_of(user, books.company, done)


def _readings(books: Books, year_id: str) -> list[YearReading]:
    found = completeness.newest_of(database.session, books.connection.id, year_id)
    database.session.commit()  # the provider may be asked next
    return found


def _year(books: Books, year_id: str, readings: list[YearReading]) -> FiscalYear:
    """The fiscal year, as a reading of it says, else the provider; 404 if there is none."""
    for reading in readings:
        return FiscalYear(year_id, reading.first_day, reading.last_day)
    years = vouchers.fiscal_years(books.context, books.connection.id)
    year = chosen(years, year_id)
    if year is None or year.id != year_id:
        abort(404)
    return year
