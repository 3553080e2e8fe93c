"""The API's resources about the company: settings, users, fiscal years and the app's status."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from wizard.sandbox.api import shapes
from wizard.sandbox.api.access import ACCOUNTING, ANY, SALES, caller, needs
from wizard.sandbox.api.errors import ApiError
from wizard.sandbox.api.listing import page_of
from wizard.sandbox.books.library import books_of
from wizard.sandbox.books.records import FiscalYear
from wizard.sandbox.cast.people import Person, users_of
from wizard.sandbox.current import current_state

blueprint = Blueprint("api", __name__, url_prefix="/v2")


@blueprint.get("/companysettings")
@needs("companysettings", SALES)
def company_settings() -> ResponseReturnValue:
    """The company's settings; the only resource with its organisation number."""
    company, state = caller().company, current_state()
    number, status = state.number(company), state.status(company)
    return jsonify(shapes.company_settings(company, number, status))


@blueprint.get("/users")
@needs("users", ANY)
def users() -> ResponseReturnValue:
    """The users of the company, including the one who approved."""
    state, found = current_state(), caller()

    def shape(person: Person) -> shapes.Shape:
        return shapes.user(
            person,
            is_active=state.is_active(person),
            is_current=person.name == found.person.name,
        )

    return page_of(users_of(found.company.key), shape)


@blueprint.get("/fiscalyears")
@needs("fiscalyears", SALES + ACCOUNTING)
def fiscal_years() -> ResponseReturnValue:
    """The fiscal years, newest first."""
    years = sorted(books_of(caller().company.key).years, key=lambda year: year.start, reverse=True)
    return page_of(years, _shape)


@blueprint.get("/fiscalyears/<uuid:year_id>")
@needs("fiscalyears", SALES + ACCOUNTING)
def fiscal_year(year_id: object) -> ResponseReturnValue:
    """One fiscal year."""
    for year in books_of(caller().company.key).years:
        if year.id == str(year_id):
            return jsonify(_shape(year))
    raise ApiError(3001)


@blueprint.get("/appstore/status")
@needs("appstore", ANY)
def app_status() -> ResponseReturnValue:
    """The status of the calling app in the company."""
    company = caller().company

    def shape(identity: str) -> shapes.Shape:
        return {"Id": identity, "ActivationStatus": 0, "ModifiedUtc": "2026-01-02T08:00:00Z"}

    return page_of([company.id], shape)


def _shape(year: FiscalYear) -> shapes.Shape:
    return shapes.fiscal_year(year, caller().company.bookkeeping_method)
