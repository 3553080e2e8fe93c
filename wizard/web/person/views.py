"""What is kept about a person: an admin looks at it, takes it out, and erases what may be erased."""

import json

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from wizard.extensions import database
from wizard.models import AuditAction, User
from wizard.services.upkeep import personal_data
from wizard.services.upkeep.personal_data import Part
from wizard.services.values.email_addresses import clean_email
from wizard.web.hooks.access import ViewResponse, admin_only
from wizard.web.person import wording
from wizard.web.person.forms import IndexForm

blueprint = Blueprint("person", __name__)


@blueprint.route("/admin/personuppgifter", methods=["GET", "POST"])
@admin_only
def index(_user: User) -> ViewResponse:
    """Search an address; the buttons beside what is found fetch it as a file, or erase it."""
    form = IndexForm()
    if not form.validate_on_submit():
        return render_template("person/index.html", form=form, parts=None)
    email, go = clean_email(form.email.data or ""), request.form.get("go")
    if go == "fetch":
        return _file(email, personal_data.collect(database.session, email, AuditAction.EXPORTED))
    if go == "erase":
        number = personal_data.erase(database.session, email)
        flash(ngettext("%(num)d thing is erased.", "%(num)d things are erased.", number))
        return redirect(url_for("person.index"), 303)
    parts = personal_data.collect(database.session, email)
    return render_template(
        "person/index.html",
        form=form,
        parts=parts,
        email=email,
        kinds=wording.KINDS,
        reasons=wording.WHY,
        columns=wording.COLUMNS,
        can_erase=any(part.why is None for part in parts),
    )


def _file(email: str, parts: list[Part]) -> Response:
    kept = {part.kind: {"stays": part.why, "rows": part.rows} for part in parts}
    body = json.dumps({"person": email, "kept": kept}, ensure_ascii=False, indent=2)
    response = Response(body, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="personuppgifter.json"'
    return response
