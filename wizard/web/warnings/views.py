"""Warnings about broken connections: the planned letters and the sent ones."""

from flask import Blueprint, abort, render_template

from wizard.extensions import database, settings
from wizard.models import User
from wizard.services.warnings import firm_warnings as service
from wizard.services.warnings import incidents, warning_log
from wizard.web.cursors import cursor
from wizard.web.forms.letters import can_mail
from wizard.web.hooks.access import ViewResponse, support_only
from wizard.web.warnings.shown import letter_row, log_rows, preview_of

blueprint = Blueprint("warnings", __name__)


@blueprint.get("/admin/varningar")
@support_only
def index(_user: User) -> ViewResponse:
    """List the planned warnings by recipient, and the sent letters, newest first."""
    after = cursor()
    page = warning_log.list_page(database.session, after)
    return render_template(
        "warnings/index.html",
        groups=[] if after else service.upcoming(database.session),
        rows=log_rows(page.rows),
        after=page.next_cursor,
        is_first=not after,
        can_mail=can_mail(),
        operator=settings.operator_email,
        deputy=settings.operator_deputy_email,
    )


@blueprint.get("/admin/varningar/kommande/<public_id>")
@support_only
def upcoming(_user: User, public_id: str) -> ViewResponse:
    """Preview the planned warning that includes this connection."""
    groups = service.upcoming(database.session)
    group = next((found for found in groups if found.tells_of(public_id)), None)
    if group is None:
        abort(404)
    connections = incidents.connections_of(database.session, group.incidents)
    preview = preview_of(group, connections)
    return render_template("warnings/upcoming.html", group=group, preview=preview)


@blueprint.get("/admin/varningar/<public_id>")
@support_only
def letter(_user: User, public_id: str) -> ViewResponse:
    """Show a letter: its recipient, its delivery, and the present state of its connections."""
    found = warning_log.find(database.session, public_id)
    if found is None:
        abort(404)
    row, told = found
    return render_template(
        "warnings/letter.html", row=letter_row(row), told=told, more=row.number - len(told)
    )
