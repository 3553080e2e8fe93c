"""Pages for support and admin: connections, the worker, pictures and firms."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.causes import Cause
from wizard.extensions import database
from wizard.models import Firm, User
from wizard.services.accounts import firms as firm_service
from wizard.services.accounts import logos
from wizard.services.connections import connection_directory as service
from wizard.services.connections import endings
from wizard.services.grants.siblings import ended_together
from wizard.services.upkeep import heartbeat
from wizard.web import event_texts
from wizard.web.admin import paces, picture_rows
from wizard.web.admin.forms import FirmForm, LogoForm
from wizard.web.admin.logo_texts import take_logo
from wizard.web.admin.pulse import shown_pulse
from wizard.web.cursors import cursor
from wizard.web.help.links import step_for
from wizard.web.hooks.access import ViewResponse, admin_only, support_only
from wizard.web.hooks.heads import note_reading
from wizard.web.listing.files import file_here
from wizard.web.listing.shown import listing_here

blueprint = Blueprint("admin", __name__)
LARGEST_UPLOAD = 4 * logos.LARGEST_BYTES  # what is larger still is told so without being read
FIRM_ID = re.compile(r"[0-9]{1,18}")


@blueprint.url_value_preprocessor
def _let_a_picture_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A picture may be larger than a form; decided before the body is read."""
    if endpoint == "admin.logo":
        request.max_content_length = LARGEST_UPLOAD


@blueprint.get("/admin/kopplingar")
@support_only
def connections(user: User) -> ViewResponse:
    """List the companies that have, or had, a connection, narrowed and sorted as the address says."""
    return render_template(
        "admin/connections.html",
        listing=listing_here(user, "admin.connections", connected=True),
        pulse=shown_pulse(heartbeat.pulse(database.session)),
    )


@blueprint.get("/admin/kopplingar/csv")
@support_only
def connections_file(user: User) -> ViewResponse:
    """The list as a file; that somebody takes it is an entry in the audit trail."""
    return file_here(user, "kopplingar", connected=True)


@blueprint.get("/admin/kopplingar/<public_id>")
@support_only
def connection(user: User, public_id: str) -> ViewResponse:
    """Show one connection and its history."""
    found = service.find(database.session, public_id)
    if found is None:
        abort(404)
    one, facts, events = found
    note_reading(user, one.company, one)
    return render_template(
        "admin/connection.html",
        connection=facts,
        ending=endings.of_connection(database.session, public_id) if facts.ended_at else None,
        events=event_texts.rows(events),
        help_step=step_for(facts.cause),
        ended_together=_ended_together(facts),
    )


@blueprint.get("/admin/bakgrund")
@support_only
def background(_user: User) -> ViewResponse:
    """Show the worker: whether it answers, the work that is due, and how often it checks."""
    pulse = shown_pulse(heartbeat.pulse(database.session))
    return render_template(
        "admin/background.html", pulse=pulse, paces=paces.shown(database.session)
    )


@blueprint.get("/admin/bilder")
@admin_only
def pictures(_user: User) -> ViewResponse:
    """List the pictures: which are still sketches, and which need a new comparison."""
    rows = picture_rows.rows()
    missing = sum(not row.shown.is_real for row in rows)
    return render_template("admin/pictures.html", rows=rows, missing=missing)


@blueprint.get("/admin/byraer")
@admin_only
def firms(_user: User) -> ViewResponse:
    """List the firms with the contact for their clients."""
    page = firm_service.list_page(database.session, cursor())
    return render_template("admin/firms.html", firms=page.rows, after=page.next_cursor)


@blueprint.route("/admin/byraer/<firm_id>", methods=["GET", "POST"])
@admin_only
def firm(_user: User, firm_id: str) -> ViewResponse:
    """Edit a firm's contact and the recipients of its warnings."""
    found = _firm(firm_id)
    form = FirmForm(obj=found, own=firm_service.own_of(found))
    if form.validate_on_submit():
        firm_service.change_people(database.session, found, form.people)
        flash(gettext("Saved. It now stands on every page that the firm’s clients see."))
        return redirect(url_for("admin.firms"), 303)
    return render_template("admin/firm.html", firm=found, form=form)


@blueprint.route("/admin/byraer/<firm_id>/logotyp", methods=["GET", "POST"])
@admin_only
def logo(_user: User, firm_id: str) -> ViewResponse:
    """Show a firm's logo, take a new one, or take it away."""
    found = _firm(firm_id)
    form = LogoForm()
    if request.form.get("go") == "remove":
        logos.remove_logo(database.session, found)
        flash(gettext("The logo is gone. The firm’s name stands alone."))
        return redirect(url_for("admin.logo", firm_id=found.id), 303)
    if form.validate_on_submit() and take_logo(found, form):
        flash(gettext("Saved. It now stands on every page that the firm’s clients see."))
        return redirect(url_for("admin.logo", firm_id=found.id), 303)
    return render_template("admin/logo.html", firm=found, form=form)


def _firm(firm_id: str) -> Firm:
    known = FIRM_ID.fullmatch(firm_id)
    found = firm_service.get_firm(database.session, int(firm_id)) if known else None
    if found is None:
        abort(404)
    return found


def _ended_together(facts: service.ConnectionFacts) -> int:
    ended = facts.cause == Cause.CONSENT_ENDED
    return ended_together(database.session, facts.public_id) if ended else 0
