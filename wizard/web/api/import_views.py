"""Operations on imports: hand in a list of companies, read how far it has come, and its lines."""

from flask import Response, url_for

from wizard.extensions import database
from wizard.models import CompanyImport, Scope
from wizard.services.api import idempotency
from wizard.services.imports import judging, overview, running
from wizard.services.imports.judging import By
from wizard.services.imports.tables import (
    TableEmptyError,
    TableUnreadableError,
    TooManyRowsError,
)
from wizard.web.api import import_schemas, repetition, schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.description import READ, WITH_BODY, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.web.forms.letters import can_mail

REFUSALS = {
    TableUnreadableError: "The text is not a table",
    TableEmptyError: "The table has no lines",
    TooManyRowsError: "The table has more than 5,000 lines",
}


@blueprint.post("/imports")
@described(
    "imports",
    Scope.INVITATIONS,
    Answers(import_schemas.Import, 201, problems=(*WITH_BODY, 409), made=True),
)
def create_import(json: import_schemas.NewImport, headers: schemas.Repeatable) -> Response:
    """Hand in a list of companies: the good lines are added in the background, and invited if so wished.

    Lines that are not right are left out; read the lines to see what becomes of each.
    """
    if json.invite and not can_mail():
        raise ProblemError("no_mail")
    with repetition.once(headers, json) as creation:
        if creation.made is None:
            found = _read(json.text)
            idempotency.remember(database.session, creation, found.public_id)
            if json.start:
                running.start(database.session, found, invites=json.invite)
            database.session.commit()
            creation.made = found.public_id
    body = shapes.company_import(database.session, _import_of(creation.made))
    return shapes.made(body, url_for("api.read_import", import_id=body.id))


@blueprint.get("/imports/<import_id>")
@described("imports", Scope.STATUS, Answers(import_schemas.Import, problems=READ))
def read_import(import_id: str) -> Response:
    """Read how far an import has come."""
    return shapes.answer(shapes.company_import(database.session, _import_of(import_id)))


@blueprint.get("/imports/<import_id>/lines")
@described("imports", Scope.STATUS, Answers(import_schemas.ImportLineList, problems=READ))
def list_import_lines(import_id: str, query: import_schemas.ImportLinesAsked) -> Response:
    """List what becomes of each line of an import."""
    page = overview.lines_page(
        database.session, _import_of(import_id), str(query.after or ""), size=query.limit
    )
    items = [shapes.import_line(row) for row in page.rows]
    following = int(page.next_cursor) if page.next_cursor else None
    return shapes.answer(import_schemas.ImportLineList(items=items, next=following))


def _read(text: str) -> CompanyImport:
    try:
        return judging.read(database.session, caller().firm, By(key=caller()), text)
    except tuple(REFUSALS) as error:
        wrong = {"in": "body", "pointer": "/text", "detail": REFUSALS[type(error)]}
        raise ProblemError("invalid", errors=[wrong]) from None


def _import_of(import_id: str) -> CompanyImport:
    found = overview.find(database.session, caller().firm_id, import_id)
    if found is None:
        raise ProblemError("not_found")
    return found
