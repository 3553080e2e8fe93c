"""Accounts of staff: the list, inviting, changing, closing and opening; mailed links, and sessions ended."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Role, User
from wizard.services.accounts import (
    account_list,
    administration,
    firms,
    responsibility,
    second_factor,
)
from wizard.services.accounts.account_list import Row
from wizard.services.accounts.administration import (
    AccountClosedError,
    LastAdminError,
    OwnAccountError,
    SignsInElsewhereError,
    Standing,
)
from wizard.services.accounts.firms import own_of
from wizard.services.accounts.staff import EmailTakenError
from wizard.services.values.own_words import NOTHING
from wizard.services.values.search import clean_search
from wizard.web import limits
from wizard.web.cursors import cursor
from wizard.web.forms.letters import can_mail, need_mail
from wizard.web.hooks.access import ViewResponse, accounts_only, admin_only
from wizard.web.hooks.confirmed import confirmed_to_send
from wizard.web.users.forms import DeactivateForm, InviteForm, PersonForm

blueprint = Blueprint("users", __name__)


@blueprint.context_processor
def _for_templates() -> dict[str, object]:
    """Links are mailed where there is a mail server."""
    return {"can_mail": can_mail()}


@blueprint.get("/anvandare")
@accounts_only
def index(user: User) -> ViewResponse:
    """List the accounts that she looks after, by address."""
    search = clean_search(request.args.get("search", ""))
    page = account_list.list_page(database.session, user, search, cursor())
    return render_template(
        "users/index.html", rows=page.rows, next_cursor=page.next_cursor, search=search
    )


@blueprint.route("/anvandare/bjud-in", methods=["GET", "POST"])
@accounts_only
@confirmed_to_send
def invite(user: User) -> ViewResponse:
    """Create an account, and mail its owner a link to choose a password."""
    need_mail()
    form = InviteForm(own=own_of(user.firm) if user.firm else NOTHING)
    form.keep_to(standing=user.role is Role.ADMIN)
    if form.validate_on_submit():
        limits.account_letters(user)
        standing, email = form.standing(Standing(Role.MEMBER, user.firm)), form.email.data or ""
        try:
            administration.invite(database.session, user, email, form.name.data or "", standing)
        except (EmailTakenError, administration.NotHersError):
            form.email.errors = [gettext("Somebody has an account with that address already.")]
        except SignsInElsewhereError:
            form.form_errors = [
                gettext(
                    "The firm’s people sign in with its own sign-in, and get an account here the first time. Nobody is invited with a password."
                )
            ]
        else:
            flash(
                gettext(
                    "%(name)s is mailed a link, which works for three days.", name=form.name.data
                )
            )
            return redirect(url_for("users.index"), 303)
    return render_template("users/invite.html", form=form, firms=_firm_names(user))


@blueprint.route("/anvandare/<public_id>", methods=["GET", "POST"])
@accounts_only
@confirmed_to_send
def person(user: User, public_id: str) -> ViewResponse:
    """Show an account, and change its owner's name, role, firm and mark."""
    row = _row(user, public_id)
    form = _person_form(user, row.user)
    if form.validate_on_submit() and _changed(user, row.user, form):
        flash(gettext("Saved."))
        return redirect(url_for("users.person", public_id=public_id), 303)
    return render_template(
        "users/person.html",
        form=form,
        row=row,
        user=row.user,
        is_own=row.user.id == user.id,
        keys=account_list.keys_of(database.session, row.user),
        firms=_firm_names(user),
    )


@blueprint.route("/anvandare/<public_id>/inaktivera", methods=["GET", "POST"])
@accounts_only
@confirmed_to_send
def deactivate(user: User, public_id: str) -> ViewResponse:
    """Close an account; its owner's companies go to a colleague, or to the firm's contact."""
    owner, form = _row(user, public_id).user, DeactivateForm()
    companies, number = responsibility.companies_of(database.session, owner)
    colleagues = responsibility.colleagues_of(database.session, owner)
    form.offer(colleagues)
    if form.validate_on_submit():
        heir = form.chosen(colleagues)
        if refusal := _refusal(user, owner, heir):
            form.form_errors = [refusal]
        else:
            flash(gettext("%(name)s is shut out, in every browser.", name=owner.name))
            return redirect(url_for("users.person", public_id=public_id), 303)
    return render_template(
        "users/deactivate.html", form=form, user=owner, companies=companies, number=number
    )


@blueprint.post("/anvandare/<public_id>/aktivera")
@accounts_only
@confirmed_to_send
def activate(user: User, public_id: str) -> ViewResponse:
    """Open a closed account again; she signs in anew."""
    owner = _row(user, public_id).user
    administration.activate(database.session, user, owner)
    flash(gettext("The account is open again. %(name)s has to sign in anew.", name=owner.name))
    return redirect(url_for("users.person", public_id=public_id), 303)


@blueprint.post("/anvandare/<public_id>/nytt-losenord")
@accounts_only
@confirmed_to_send
def mail_link(user: User, public_id: str) -> ViewResponse:
    """Mail a link to choose a password; to who has none yet, as an invitation."""
    need_mail()
    owner = _row(user, public_id).user
    limits.account_letters(user)
    try:
        administration.mail_link(database.session, user, owner)
    except AccountClosedError:
        flash(
            gettext(
                "No link is mailed: the account is closed, or its owner signs in with the firm’s own sign-in, where no password counts."
            )
        )
    else:
        flash(gettext("A link to choose a password is on its way to %(email)s.", email=owner.email))
    return redirect(url_for("users.person", public_id=public_id), 303)


@blueprint.post("/anvandare/<public_id>/avsluta-sessioner")
@accounts_only
def sign_out(user: User, public_id: str) -> ViewResponse:
    """End every session of an account."""
    owner = _row(user, public_id).user
    administration.sign_out(database.session, user, owner)
    flash(gettext("%(name)s is signed out everywhere.", name=owner.name))
    return redirect(url_for("users.person", public_id=public_id), 303)


@blueprint.post("/anvandare/<public_id>/ta-bort-andra-faktor")
@admin_only
@confirmed_to_send
def reset_factor(user: User, public_id: str) -> ViewResponse:
    """Take codes and passkeys of who has lost them away; her sessions end, and she is mailed."""
    owner = _row(user, public_id).user
    if owner.id == user.id:
        abort(404)  # on her own page she shows first that she has them
    second_factor.reset(database.session, owner)
    flash(
        gettext(
            "%(name)s signs in with the password alone now, and is signed out everywhere.",
            name=owner.name,
        )
    )
    return redirect(url_for("users.person", public_id=public_id), 303)


def _row(by: User, public_id: str) -> Row:
    found = account_list.find(database.session, by, public_id)
    if found is None:
        abort(404)
    return found


def _firm_names(user: User) -> list[str]:
    """Firms to choose from, for an admin."""
    if user.role is not Role.ADMIN:
        return []
    return [firm.name for firm in firms.list_page(database.session).rows]


def _person_form(by: User, owner: User) -> PersonForm:
    own = own_of(owner.firm, owner) if owner.firm else NOTHING
    now = {
        "name": owner.name,
        "role": owner.role.value,
        "firm": owner.firm.name if owner.firm else "",
        "may_manage_members": owner.may_manage_members,
    }
    form = PersonForm(own=own, data=now)
    form.keep_to(standing=by.role is Role.ADMIN and by.id != owner.id)
    return form


def _changed(by: User, owner: User, form: PersonForm) -> bool:
    """Whether it was saved; else the form says why not."""
    wanted = form.standing(Standing.of(owner))
    try:
        administration.change_standing(database.session, by, owner, wanted)
    except LastAdminError:
        form.form_errors = [_last_admin()]
        return False
    administration.rename(database.session, by, owner, form.name.data or "")
    return True


def _refusal(by: User, owner: User, heir: User | None) -> str | None:
    """Why the account was not closed; None when it was."""
    try:
        administration.deactivate(database.session, by, owner, heir)
    except OwnAccountError:
        return gettext("You cannot close your own account. Ask a colleague.")
    except LastAdminError:
        return _last_admin()
    return None


def _last_admin() -> str:
    return gettext("This is the only admin who can sign in. Make somebody else an admin first.")
