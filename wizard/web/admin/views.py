"""Every connection, for support and admin."""

from contextlib import suppress

from flask import Blueprint, abort, render_template, request

from wizard.extensions import database
from wizard.models import ConnectionStatus, User
from wizard.services import connections as service
from wizard.services.searching import clean_search
from wizard.web import history
from wizard.web.access import Answer, admin_only, support_only
from wizard.web.admin import picture_rows

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin/kopplingar")
@support_only
def connections(_user: User) -> Answer:
    """The connections, the newest first; by status, and by the beginning of a name or number."""
    status, search = _status(), clean_search(request.args.get("search", ""))
    page = service.list_page(database.session, status, search, request.args.get("after", ""))
    return render_template(
        "admin/connections.html",
        rows=page.rows,
        counts={word: _about(number) for word, number in service.counts(database.session).items()},
        next_cursor=page.next_cursor,
        search=search,
        status=status.value if status else "",
    )


@blueprint.get("/admin/kopplingar/<public_id>")
@support_only
def connection(_user: User, public_id: str) -> Answer:
    """One connection: what is known of it, and what has happened."""
    found = service.find(database.session, public_id)
    if found is None:
        abort(404)
    facts, events = found
    return render_template("admin/connection.html", connection=facts, events=history.rows(events))


@blueprint.get("/admin/bilder")
@admin_only
def pictures(_user: User) -> Answer:
    """The pictures: which are sketches still, and which somebody should look at again."""
    rows = picture_rows.rows()
    missing = sum(not row.shown.is_real for row in rows)
    return render_template("admin/pictures.html", rows=rows, missing=missing)


def _status() -> ConnectionStatus | None:
    """The status asked for; an unknown word asks for all."""
    with suppress(ValueError):
        return ConnectionStatus(request.args.get("status", ""))
    return None


def _about(number: int) -> str:
    """A number that was not counted to its end says so."""
    return str(number) if number <= service.MOST_COUNTED else f"{service.MOST_COUNTED}+"
