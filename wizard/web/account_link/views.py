"""Choosing a password with a mailed link, asking for one, and changing a password that was given."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import AccountLink, User
from wizard.services.accounts import account_links as service
from wizard.services.accounts.account_links import LinkEndedError, LinkState, SamePasswordError
from wizard.services.crypto.passwords import PasswordRefusedError
from wizard.web import limits
from wizard.web.account_link.forms import ChooseForm, FirstForm, ForgottenForm
from wizard.web.account_link.refusals import why
from wizard.web.auth.landing import after_sign_in
from wizard.web.forms.letters import can_mail, language_here, need_mail
from wizard.web.hooks import cookies
from wizard.web.hooks.access import (
    ViewResponse,
    end_session,
    must_choose_password,
    token_here,
    user_here,
)

blueprint = Blueprint("account_link", __name__)
HELD = "account_link"  # session key: the link that this browser has opened


@blueprint.context_processor
def _whether_mail_is_sent() -> dict[str, object]:
    """Another link is offered where there is a mail server."""
    return {"can_mail": can_mail()}


@blueprint.get("/losenord/<secret:secret>")
def open_link(secret: str) -> ViewResponse:
    """Move the secret from the address to the session. Changes nothing, since scanners follow links."""
    found = service.arrive(database.session, secret)
    if found is None:
        return _ended(None)
    session[HELD] = found.id
    return cookies.given("account_link.choose")


@blueprint.route("/losenord", methods=["GET", "POST"])
def choose() -> ViewResponse:
    """Choose a password; every session of the account ends, and none begins before she signs in."""
    link, form = _held(), ChooseForm()
    if link is None or service.state_of(link) is not LinkState.OPEN:
        return _ended(link)
    user, purpose = link.user, link.purpose.value
    if form.validate_on_submit():
        try:
            service.use(database.session, link.id, form.password.data or "")
        except LinkEndedError:
            return _ended(_held())
        except PasswordRefusedError as error:
            form.password.errors = [why(error)]
        else:
            return _to_sign_in(link.id)
    return render_template("account_link/choose.html", form=form, user=user, purpose=purpose)


@blueprint.route("/valj-losenord", methods=["GET", "POST"])
def first() -> ViewResponse:
    """Choose a password in place of one that was given, before anything else is shown."""
    user, form = user_here(), FirstForm()
    if user is None:
        return redirect(url_for("auth.sign_in"), 303)
    if not must_choose_password(user):
        return redirect(after_sign_in(user), 303)
    if form.validate_on_submit() and _replaced(user, form):
        flash(gettext("The password is changed."))
        return redirect(after_sign_in(user), 303)
    return render_template("account_link/choose.html", form=form, user=user, purpose="given")


@blueprint.route("/glomt-losenord", methods=["GET", "POST"])
def forgotten() -> ViewResponse:
    """Mail a link to a new password; the answer is the same for an address without an account."""
    need_mail()
    form = ForgottenForm()
    if form.validate_on_submit():
        limits.forgotten_passwords()
        if limits.may_mail_password(form.email.data or ""):
            service.ask_for_reset(database.session, form.email.data or "", language_here())
        return redirect(url_for("account_link.forgotten", skickat="ja"), 303)
    sent = request.args.get("skickat") == "ja"
    return render_template("account_link/forgotten.html", form=form, sent=sent)


def _held() -> AccountLink | None:
    """The link that this browser has opened last."""
    link_id = session.get(HELD)
    return service.find(database.session, link_id) if isinstance(link_id, int) else None


def _replaced(user: User, form: FirstForm) -> bool:
    """Whether the password was changed; else the form says why not."""
    try:
        service.replace_given(database.session, user, form.password.data or "", token_here() or "")
    except SamePasswordError:
        form.password.errors = [gettext("Choose another password than the one you were given.")]
        return False
    except PasswordRefusedError as error:
        form.password.errors = [why(error)]
        return False
    return True


def _to_sign_in(link_id: int) -> ViewResponse:
    """To the sign-in page; whoever was signed in here is signed out.

    The browser still holds the link: who presses again is led the same way, or told that it is used.
    """
    if user_here() is not None:
        end_session()
    session[HELD] = link_id
    flash(gettext("The password is chosen. Sign in with it."))
    return redirect(url_for("auth.sign_in"), 303)


def _ended(link: AccountLink | None) -> ViewResponse:
    """The page for a link that cannot be used, which says why."""
    state = service.state_of(link).value if link else "unknown"
    purpose = link.purpose.value if link else ""
    return render_template("account_link/ended.html", state=state, purpose=purpose), 404
