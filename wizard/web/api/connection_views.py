"""Connections: listed, read, checked now, ended."""

from flask import Response

from wizard.extensions import database
from wizard.models import Actor, Connection, ConnectionStatus
from wizard.services import disconnection, firm_records, health
from wizard.services.firm_records import CursorUnknownError
from wizard.web import limits
from wizard.web.api import schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.description import LIST, READ, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.web.workshops import workshop_for

CHECK_SECONDS, REVOKE_SECONDS = 10.0, 5.0


@blueprint.get("/connections")
@described("connections", Answers(schemas.ConnectionList, problems=LIST))
def list_connections(query: schemas.ConnectionsAsked) -> Response:
    """List the firm's connections, ended ones too, in the order they were made."""
    status = ConnectionStatus(query.status) if query.status else None
    number, firm = query.organisation_number, caller().firm_id
    try:
        page = firm_records.connections_page(
            database.session, firm, number, status, query.after, query.limit
        )
    except CursorUnknownError:
        raise ProblemError("cursor_unknown") from None
    items = [shapes.connection(found) for found in page.records]
    return shapes.answer(schemas.ConnectionList(items=items, next=page.next_cursor))


@blueprint.get("/connections/<connection_id>")
@described("connections", Answers(schemas.Connection, problems=READ))
def read_connection(connection_id: str) -> Response:
    """Read one connection; nothing is asked of the accounting program."""
    return shapes.answer(shapes.connection(connection_of(connection_id)))


@blueprint.post("/connections/<connection_id>/check")
@described("connections", Answers(schemas.Connection, problems=READ))
def check_connection(connection_id: str) -> Response:
    """Read from the accounting program now, and answer how the connection is.

    Takes ten seconds at most. That the program does not answer is no error: the status says so.
    """
    found = connection_of(connection_id)
    limits.checks(found)
    if found.status is not ConnectionStatus.DISCONNECTED:
        health.check(
            workshop_for(found.provider), found.id, actor=Actor.PLATFORM, seconds=CHECK_SECONDS
        )
    return shapes.answer(shapes.connection(connection_of(connection_id)))


@blueprint.post("/connections/<connection_id>/disconnect")
@described("connections", Answers(schemas.Connection, problems=READ))
def disconnect_connection(connection_id: str) -> Response:
    """End a connection, here at once and at the accounting program as soon as it answers.

    Twice is the same as once.
    """
    found = connection_of(connection_id)
    disconnection.disconnect(database.session, found, actor=Actor.PLATFORM)
    disconnection.finish(workshop_for(found.provider), found.id, REVOKE_SECONDS)
    return shapes.answer(shapes.connection(connection_of(connection_id)))


def connection_of(connection_id: str) -> Connection:
    """A connection of the key's firm; others', and unknown ones, are not there."""
    found = firm_records.find_connection(database.session, caller().firm_id, connection_id)
    if found is None:
        raise ProblemError("not_found")
    return found
