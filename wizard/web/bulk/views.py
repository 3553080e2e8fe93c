"""One act for many companies: preview, begin, follow, stop, and the result as a file."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database, settings
from wizard.models import BulkAct, BulkAction, BulkFate, BulkReason, BulkStatus, User
from wizard.services.bulk import overview, running
from wizard.services.bulk.judging import COUNTED
from wizard.services.bulk.running import NotStartableError
from wizard.services.throttling import letter_caps
from wizard.web.bulk import wording
from wizard.web.bulk.asking import ALL, LISTS, NotAskedError, list_here, preview_here
from wizard.web.bulk.files import file_of
from wizard.web.bulk.guards import with_bulk
from wizard.web.cursors import cursor
from wizard.web.hooks.access import ViewResponse, staff_only
from wizard.web.listing.asked import asked_here
from wizard.web.listing.shown import narrowed_address
from wizard.wiring.imports import letter_caps_of

blueprint = Blueprint("bulk", __name__)


@blueprint.get("/foretag/flera")
@staff_only
def index(user: User) -> ViewResponse:
    """List what was lately done to many: in the member's firm, or by oneself."""
    recent = overview.recent(database.session, user)
    return render_template("bulk/index.html", recent=recent, words=wording)


@blueprint.post("/foretag/flera")
@staff_only
def preview(user: User) -> ViewResponse:
    """Judge each company that is ticked, or all that the list shows; nothing happens to them yet."""
    asked = asked_here()
    try:
        found = preview_here(user, asked)
    except NotAskedError as error:
        flash(str(error), "error")
        return redirect(narrowed_address(list_here(), asked.filled) + "#several", 303)
    return redirect(_address(found), 303)


@blueprint.get("/foretag/flera/<public_id>")
@with_bulk
def show(user: User, found: BulkAction) -> ViewResponse:
    """Show what will happen, and what will not and why; then how far it has come."""
    fate, reason = _chosen()
    counts = overview.progress(database.session, found)
    page = overview.rows_page(database.session, found, cursor(), fate, reason)
    return render_template(
        "bulk/show.html",
        found=found,
        counts=counts,
        rows=page.rows,
        next_cursor=page.next_cursor,
        chosen=(fate.value if fate else "", reason.value if reason else ""),
        words=wording,
        came_from=found.asked.get("list", LISTS[0]),
        of_all=found.asked.get("which") == ALL,
        is_hers=found.made_by_id == user.id,
        **_plan(user, found, counts),
    )


@blueprint.post("/foretag/flera/<public_id>/borja")
@with_bulk
def start(user: User, found: BulkAction) -> ViewResponse:
    """Let the background do what the preview says; to disconnect needs a tick."""
    if found.act is BulkAct.DISCONNECT and not request.form.get("sure"):
        flash(gettext("Tick that you mean to disconnect them."), "error")
        return redirect(_address(found), 303)
    try:
        running.start(database.session, found, user)
    except NotStartableError:
        flash(gettext("It can no longer be begun. Make the selection anew."), "error")
    return redirect(_address(found), 303)


@blueprint.post("/foretag/flera/<public_id>/stoppa")
@with_bulk
def stop(_user: User, found: BulkAction) -> ViewResponse:
    """Leave what is not done yet."""
    running.stop(database.session, found)
    return redirect(_address(found), 303)


@blueprint.get("/foretag/flera/<public_id>/csv")
@with_bulk
def result_file(_user: User, found: BulkAction) -> ViewResponse:
    """What became of each company, as a file; that somebody takes it is an entry in the audit trail."""
    return file_of(found)


def _chosen() -> tuple[BulkFate | None, BulkReason | None]:
    """Which rows the address asks for."""
    fate, reason = request.args.get("ode", ""), request.args.get("varfor", "")
    return (
        BulkFate(fate) if fate in set(BulkFate) else None,
        BulkReason(reason) if reason in set(BulkReason) else None,
    )


def _plan(user: User, found: BulkAction, counts: overview.Progress) -> dict[str, int]:
    """How many mails can go today, and over how many days they all go."""
    if found.act not in COUNTED or found.status not in {BulkStatus.PREVIEWED, BulkStatus.RUNNING}:
        return {"left_today": 0, "days": 0, "a_day": 0}
    caps, firm_id = letter_caps_of(settings), user.firm_id or 0
    left = letter_caps.left_to_send(database.session, caps, found.made_by.email, firm_id)
    days = letter_caps.days_needed(caps, left, counts.mails, counts.to_one)
    return {"left_today": left, "days": days, "a_day": min(caps.by_one, caps.by_firm)}


def _address(found: BulkAction) -> str:
    return url_for("bulk.show", public_id=found.public_id)
