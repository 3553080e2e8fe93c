"""Who is told that something no longer works: the mails to come, and those that went."""

from flask import Blueprint, abort, render_template, request

from wizard.extensions import database, settings
from wizard.models import User
from wizard.services import troubles, warning_log
from wizard.services import warnings as service
from wizard.web.access import Answer, support_only
from wizard.web.mailing import can_mail
from wizard.web.warnings.shown import letter_row, log_rows, preview_of

blueprint = Blueprint("warnings", __name__)


@blueprint.get("/admin/varningar")
@support_only
def index(_user: User) -> Answer:
    """The warnings to come, by person, and the letters that went, the newest first."""
    after = request.args.get("after", "")
    page = warning_log.list_page(database.session, after)
    return render_template(
        "warnings/index.html",
        groups=[] if after else service.upcoming(database.session),
        rows=log_rows(page.rows),
        after=page.after,
        is_first=not after,
        can_mail=can_mail(),
        operator=settings.operator_email,
        deputy=settings.operator_deputy_email,
    )


@blueprint.get("/admin/varningar/kommande/<public_id>")
@support_only
def upcoming(_user: User, public_id: str) -> Answer:
    """The letter that will tell of this connection, as it would go now."""
    groups = service.upcoming(database.session)
    group = next((found for found in groups if found.tells_of(public_id)), None)
    if group is None:
        abort(404)
    connections = troubles.connections_of(database.session, group.spells)
    preview = preview_of(group, connections)
    return render_template("warnings/upcoming.html", group=group, preview=preview)


@blueprint.get("/admin/varningar/<public_id>")
@support_only
def letter(_user: User, public_id: str) -> Answer:
    """A letter that went, or is on its way: to whom, and how its connections are now."""
    found = warning_log.find(database.session, public_id)
    if found is None:
        abort(404)
    row, told = found
    return render_template(
        "warnings/letter.html", row=letter_row(row), told=told, more=row.number - len(told)
    )
