"""Operations on connections: list, read, check now, disconnect."""

from flask import Response

from wizard.extensions import database
from wizard.models import Actor, Connection, ConnectionStatus, Scope
from wizard.services.api import firm_records
from wizard.services.api.firm_records import CursorUnknownError
from wizard.services.connections import disconnection, health
from wizard.web import limits
from wizard.web.api import schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.description import LIST, READ, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.wiring.providers import provider_context

CHECK_SECONDS, REVOKE_SECONDS = 10.0, 5.0


@blueprint.get("/connections")
@described("connections", Scope.STATUS, Answers(schemas.ConnectionList, problems=LIST))
def list_connections(query: schemas.ConnectionsAsked) -> Response:
    """List the firm’s connections, oldest first, including disconnected ones."""
    status = ConnectionStatus(query.status) if query.status else None
    wanted = firm_records.Wanted(query.organisation_number, query.own_reference)
    try:
        page = firm_records.connections_page(
            database.session, caller().firm_id, wanted, status, query.after, query.limit
        )
    except CursorUnknownError:
        raise ProblemError("cursor_unknown") from None
    items = [shapes.connection(found) for found in page.rows]
    return shapes.answer(schemas.ConnectionList(items=items, next=page.next_cursor))


@blueprint.get("/connections/<connection_id>")
@described("connections", Scope.STATUS, Answers(schemas.Connection, problems=READ))
def read_connection(connection_id: str) -> Response:
    """Read one connection as we last saw it; the accounting program is not called."""
    return shapes.answer(shapes.connection(connection_of(connection_id)))


@blueprint.post("/connections/<connection_id>/check")
@described("connections", Scope.STATUS, Answers(schemas.Connection, problems=READ))
def check_connection(connection_id: str) -> Response:
    """Check a connection now by reading from the accounting program.

    Answers within ten seconds. If the accounting program does not answer, the response is still 200
    and the connection’s status tells.
    """
    found = connection_of(connection_id)
    limits.checks(found)
    if found.is_living:
        health.check(
            provider_context(found.provider), found.id, actor=Actor.PLATFORM, seconds=CHECK_SECONDS
        )
    return shapes.answer(shapes.connection(connection_of(connection_id)))


@blueprint.post("/connections/<connection_id>/disconnect")
@described("connections", Scope.DISCONNECT, Answers(schemas.Connection, problems=READ))
def disconnect_connection(connection_id: str) -> Response:
    """Disconnect: here immediately, and at the accounting program as soon as it answers.

    The operation is idempotent.
    """
    found = connection_of(connection_id)
    disconnection.disconnect(database.session, found, actor=Actor.PLATFORM)
    disconnection.revoke_grant(provider_context(found.provider), found.id, REVOKE_SECONDS)
    return shapes.answer(shapes.connection(connection_of(connection_id)))


def connection_of(connection_id: str) -> Connection:
    """A connection of the key's firm; raises the problem not_found for any other id."""
    found = firm_records.find_connection(database.session, caller().firm_id, connection_id)
    if found is None:
        raise ProblemError("not_found")
    return found
