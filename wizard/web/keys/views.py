"""The platform's keys: listed, made and shown once, revoked."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import User
from wizard.services import api_keys, firms
from wizard.services.api_keys import KeyUnknownError
from wizard.web.access import Answer, admin_only
from wizard.web.keys.forms import CreateForm

blueprint = Blueprint("keys", __name__)


@blueprint.get("/admin/nycklar")
@admin_only
def index(_user: User) -> Answer:
    """The keys, the newest first."""
    page = api_keys.list_page(database.session, request.args.get("after", ""))
    return render_template("keys/index.html", keys=page.keys, next_cursor=page.next_cursor)


@blueprint.route("/admin/nycklar/ny", methods=["GET", "POST"])
@admin_only
def create(user: User) -> Answer:
    """Make a key; it stands in the answer to this press and nowhere else."""
    form = CreateForm()
    if not form.validate_on_submit():
        names = [firm.name for firm in firms.list_page(database.session).firms]
        return render_template("keys/create.html", form=form, firms=names)
    firm = firms.find_firm(database.session, form.firm.data)
    made = api_keys.create(database.session, firm, form.name.data or "", user)
    return render_template("keys/created.html", key=made.key, secret=made.secret)


@blueprint.post("/admin/nycklar/<public_id>/aterkalla")
@admin_only
def revoke(user: User, public_id: str) -> Answer:
    """End a key; pressing twice is the same as once."""
    try:
        key = api_keys.revoke(database.session, public_id, user)
    except KeyUnknownError:
        abort(404)
    flash(gettext("The key %(name)s no longer works.", name=key.name))
    return redirect(url_for("keys.index"), 303)
