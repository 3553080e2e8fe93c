"""Operations on companies: list, add, read."""

from flask import Response, url_for

from wizard.extensions import database
from wizard.models import Company, Creation, Scope
from wizard.services.api import firm_records
from wizard.services.api.firm_records import CompanyRecord, CursorUnknownError
from wizard.services.companies import company_directory
from wizard.services.companies.company_directory import DuplicateCompanyError
from wizard.web.api import repetition, schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.description import LIST, READ, WITH_BODY, Answers, described
from wizard.web.api.problems import ProblemError


@blueprint.get("/companies")
@described("companies", Scope.STATUS, Answers(schemas.CompanyList, problems=LIST))
def list_companies(query: schemas.CompaniesAsked) -> Response:
    """List the firm’s companies, oldest first."""
    wanted = firm_records.Wanted(query.organisation_number, query.own_reference)
    try:
        page = firm_records.companies_page(
            database.session, caller().firm_id, wanted, query.after, query.limit
        )
    except CursorUnknownError:
        raise ProblemError("cursor_unknown") from None
    items = [shapes.company(record) for record in page.rows]
    return shapes.answer(schemas.CompanyList(items=items, next=page.next_cursor))


@blueprint.post("/companies")
@described(
    "companies",
    Scope.INVITATIONS,
    Answers(schemas.Company, 201, problems=(*WITH_BODY, 409), made=True),
)
def create_company(json: schemas.NewCompany, headers: schemas.Repeatable) -> Response:
    """Add a company to the firm."""
    with repetition.once(headers, json) as creation:
        creation.made = creation.made or _added(json, creation).public_id
    found = shapes.company(record_of(creation.made))
    return shapes.made(found, url_for("api.read_company", company_id=found.id))


@blueprint.get("/companies/<company_id>")
@described("companies", Scope.STATUS, Answers(schemas.Company, problems=READ))
def read_company(company_id: str) -> Response:
    """Read one company."""
    return shapes.answer(shapes.company(record_of(company_id)))


def record_of(company_id: str) -> CompanyRecord:
    """A company of the key's firm; raises the problem not_found for any other id."""
    found = firm_records.find_company(database.session, caller().firm_id, company_id)
    if found is None:
        raise ProblemError("not_found")
    return found


def _added(new: schemas.NewCompany, creation: Creation) -> Company:
    """Create the company, or return the one created by an interrupted try of the same request."""
    try:
        return company_directory.add(
            database.session,
            caller().firm,
            new.name,
            new.organisation_number,
            new.own_reference,
        )
    except DuplicateCompanyError as error:
        if creation.began_at and error.existing.created_at >= creation.began_at:
            return error.existing
        detail = f"Its id is {error.existing.public_id}."
        raise ProblemError("company_exists", detail) from None
