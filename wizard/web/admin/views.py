"""Every connection, for support and admin."""

import re
from contextlib import suppress

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.causes import Cause
from wizard.extensions import database
from wizard.models import ConnectionStatus, User
from wizard.services import connections as service
from wizard.services import endings, heartbeat
from wizard.services import firms as firm_service
from wizard.services.neighbours import ended_together
from wizard.services.searching import clean_search
from wizard.web import history
from wizard.web.access import Answer, admin_only, support_only
from wizard.web.admin import paces, picture_rows
from wizard.web.admin.forms import FirmForm
from wizard.web.admin.pulse import shown_pulse
from wizard.web.help.links import step_for

blueprint = Blueprint("admin", __name__)
FIRM_ID = re.compile(r"[0-9]{1,18}")


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
        pulse=shown_pulse(heartbeat.pulse(database.session)),
    )


@blueprint.get("/admin/kopplingar/<public_id>")
@support_only
def connection(_user: User, public_id: str) -> Answer:
    """One connection: what is known of it, and what has happened."""
    found = service.find(database.session, public_id)
    if found is None:
        abort(404)
    facts, events = found
    return render_template(
        "admin/connection.html",
        connection=facts,
        ending=endings.of_connection(database.session, public_id) if facts.ended_at else None,
        events=history.rows(events),
        help_step=step_for(facts.cause),
        ended_together=_ended_together(facts),
    )


@blueprint.get("/admin/bakgrund")
@support_only
def background(_user: User) -> Answer:
    """The background service: whether it answers, what waits for it, and how often it checks."""
    pulse = shown_pulse(heartbeat.pulse(database.session))
    return render_template(
        "admin/background.html", pulse=pulse, paces=paces.shown(database.session)
    )


@blueprint.get("/admin/bilder")
@admin_only
def pictures(_user: User) -> Answer:
    """The pictures: which are sketches still, and which somebody should look at again."""
    rows = picture_rows.rows()
    missing = sum(not row.shown.is_real for row in rows)
    return render_template("admin/pictures.html", rows=rows, missing=missing)


@blueprint.get("/admin/byraer")
@admin_only
def firms(_user: User) -> Answer:
    """The firms, and whom the clients of each may call."""
    page = firm_service.list_page(database.session, request.args.get("after", ""))
    return render_template("admin/firms.html", firms=page.firms, after=page.after)


@blueprint.route("/admin/byraer/<firm_id>", methods=["GET", "POST"])
@admin_only
def firm(_user: User, firm_id: str) -> Answer:
    """Change whom a firm's clients may call, and who is told when a connection breaks."""
    known = FIRM_ID.fullmatch(firm_id)
    found = firm_service.get_firm(database.session, int(firm_id)) if known else None
    if found is None:
        abort(404)
    form = FirmForm(obj=found)
    if form.validate_on_submit():
        firm_service.change_people(database.session, found, form.people)
        flash(gettext("Saved. It now stands on every page that the firm's clients see."))
        return redirect(url_for("admin.firms"), 303)
    return render_template("admin/firm.html", firm=found, form=form)


def _ended_together(facts: service.ConnectionFacts) -> int:
    ended = facts.cause == Cause.CONSENT_ENDED
    return ended_together(database.session, facts.public_id) if ended else 0


def _status() -> ConnectionStatus | None:
    """The status asked for; an unknown word asks for all."""
    with suppress(ValueError):
        return ConnectionStatus(request.args.get("status", ""))
    return None


def _about(number: int) -> str:
    """A number that was not counted to its end says so."""
    return str(number) if number <= service.MOST_COUNTED else f"{service.MOST_COUNTED}+"
