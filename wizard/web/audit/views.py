"""The audit trail: search, and as a file. Admins read all of it, others what is about their own firm."""

from flask import Blueprint, Response, abort, render_template, request, stream_with_context

from wizard.extensions import database
from wizard.models import AuditAction, User
from wizard.services.audit import search
from wizard.services.audit.trail import About, record
from wizard.services.upkeep.retention import AUDIT
from wizard.web.audit import files, wording
from wizard.web.audit.asked import wanted_by
from wizard.web.cursors import cursor
from wizard.web.hooks.access import ViewResponse, accounts_only

blueprint = Blueprint("audit", __name__)


@blueprint.get("/granskning")
@accounts_only
def index(user: User) -> ViewResponse:
    """Search the audit trail, newest first."""
    asked, wanted = wanted_by(user)
    page = search.find_page(database.session, wanted, cursor())
    return render_template(
        "audit/index.html",
        entries=page.rows,
        next_cursor=page.next_cursor,
        asked=asked,
        is_narrowed=wanted.is_narrowed,
        actions=wording.ACTIONS,
        actor_words=wording.actor_words,
        object_words=wording.object_words,
        change_words=wording.change_words,
        most=files.MOST,
        years=AUDIT.days // 365,
    )


@blueprint.get("/granskning/csv")
@accounts_only
def export(user: User) -> ViewResponse:
    """The found entries as a file; that somebody takes it is an entry too, before anything is sent."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        abort(403)  # nobody has asked for it
    asked, wanted = wanted_by(user)
    entry = record(
        database.session, AuditAction.EXPORTED, About(firm_id=user.firm_id), after=asked.filled
    )
    database.session.commit()
    found = search.everything(database.sessions, wanted, entry.id, files.MOST)
    response = Response(
        stream_with_context(files.lines(found)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="granskning.csv"'
    return response
