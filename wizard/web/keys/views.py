"""API keys: list, create (shown once), revoke; and a firm's own, for its members."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Role, Scope, User
from wizard.services.accounts import firms
from wizard.services.api import api_keys
from wizard.services.api.api_keys import KeyUnknownError
from wizard.web.cursors import cursor
from wizard.web.hooks.access import ViewResponse, admin_only, allowed, members_only
from wizard.web.hooks.confirmed import confirmed
from wizard.web.keys.forms import CreateForm
from wizard.web.keys.wording import scope_words

blueprint = Blueprint("keys", __name__)
blueprint.context_processor(lambda: {"scope_words": scope_words})


@blueprint.get("/admin/nycklar")
@admin_only
def index(_user: User) -> ViewResponse:
    """List the keys, newest first."""
    page = api_keys.list_page(database.session, cursor())
    return render_template("keys/index.html", keys=page.rows, next_cursor=page.next_cursor)


@blueprint.route("/admin/nycklar/ny", methods=["GET", "POST"])
@admin_only
@confirmed
def create(user: User) -> ViewResponse:
    """Create a key; it is shown in this response only."""
    form = CreateForm()
    if not form.validate_on_submit():
        names = [firm.name for firm in firms.list_page(database.session).rows]
        return render_template("keys/create.html", form=form, firms=names)
    firm = firms.find_firm(database.session, form.firm.data)
    made = api_keys.create(
        database.session,
        firm,
        form.name.data or "",
        user,
        scopes=[Scope(scope) for scope in form.scopes.data or []],
        last_day=form.last_day.data,
    )
    return render_template("keys/created.html", key=made.key, secret=made.secret)


@blueprint.post("/admin/nycklar/<public_id>/aterkalla")
@admin_only
@confirmed
def revoke(user: User, public_id: str) -> ViewResponse:
    """Revoke a key. Idempotent."""
    try:
        key = api_keys.revoke(database.session, public_id, user)
    except KeyUnknownError:
        abort(404)
    flash(gettext("The key %(name)s no longer works.", name=key.name))
    return redirect(url_for("keys.index"), 303)


@blueprint.get("/nycklar")
@members_only
def of_firm(user: User) -> ViewResponse:
    """List the keys of the member's firm, newest first: what others may do in its name."""
    page = api_keys.list_page(database.session, cursor(), user.firm_id)
    return render_template(
        "keys/of_firm.html", keys=page.rows, next_cursor=page.next_cursor, may_end=_may_end(user)
    )


def _may_end(user: User) -> bool:
    """Who may shut a colleague out may shut a program out too: a key gone astray cannot wait for an admin."""
    return user.role is Role.MEMBER and user.may_manage_members


@blueprint.post("/nycklar/<public_id>/aterkalla")
@allowed(_may_end)
@confirmed
def end_own(user: User, public_id: str) -> ViewResponse:
    """Revoke a key of the member's firm. Idempotent."""
    try:
        key = api_keys.revoke(database.session, public_id, user, user.firm_id)
    except KeyUnknownError:
        abort(404)
    flash(gettext("The key %(name)s no longer works.", name=key.name))
    return redirect(url_for("keys.of_firm"), 303)
