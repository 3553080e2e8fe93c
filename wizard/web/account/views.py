"""One's own account: name, telephone, language, password, and where one is signed in."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext, ngettext

from wizard.extensions import database, settings
from wizard.models import User
from wizard.services.accounts import own_account as service
from wizard.services.accounts import passkeys, second_factor, sessions
from wizard.services.accounts.account_links import SamePasswordError
from wizard.services.accounts.own_account import PasswordWrongError
from wizard.services.accounts.staff import TooManyTriesError
from wizard.services.api import handovers
from wizard.services.crypto.passwords import PasswordRefusedError
from wizard.web import i18n
from wizard.web.account.forms import DetailsForm, PasswordForm
from wizard.web.account_link.refusals import why
from wizard.web.hooks.access import ViewResponse, staff_only, token_here
from wizard.web.hooks.confirmed import confirmed
from wizard.wiring.sessions import session_limits

blueprint = Blueprint("account", __name__)


@blueprint.get("/konto")
@staff_only
def index(user: User) -> ViewResponse:
    """Show the account, with its forms and its sessions."""
    return _page(user, _details_form(user), PasswordForm())


@blueprint.post("/konto/uppgifter")
@staff_only
def details(user: User) -> ViewResponse:
    """Change name, telephone and language; the browser speaks the chosen language from now on."""
    form = _details_form(user)
    if not form.validate_on_submit():
        return _page(user, form, PasswordForm(formdata=None))
    service.change_details(database.session, user, form.details)
    response = make_response(redirect(url_for("account.index"), 303))
    if user.language:
        i18n.keep(response, user.language, secure=settings.https)
    flash(gettext("Saved."))
    return response


@blueprint.post("/konto/losenord")
@staff_only
def password(user: User) -> ViewResponse:
    """Change the password; every other session ends."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(user, _details_form(user, shown=True), form)
    try:
        old, new = form.current.data or "", form.new.data or ""
        ended = service.change_password(database.session, user, token_here() or "", old, new)
    except PasswordWrongError:
        form.current.errors = [gettext("That is not the password that you have now.")]
    except TooManyTriesError as error:
        form.form_errors = [gettext("There have been too many tries. Wait a while and try again.")]
        page = _page(user, _details_form(user, shown=True), form)
        return page, 429, {"Retry-After": str(error.retry_after)}
    except SamePasswordError:
        form.new.errors = [gettext("That is the password that you have now. Write another one.")]
    except PasswordRefusedError as error:
        form.new.errors = [why(error)]
    else:
        flash(gettext("The password is changed."))
        return _after_ending(ended)
    return _page(user, _details_form(user, shown=True), form)


@blueprint.post("/konto/inloggningar/<public_id>/avsluta")
@staff_only
@confirmed
def end_session(user: User, public_id: str) -> ViewResponse:
    """Sign one browser out."""
    if not sessions.end_one(database.session, user, public_id):
        abort(404)
    flash(gettext("That browser is signed out."))
    return redirect(url_for("account.index"), 303)


@blueprint.post("/konto/inloggningar/avsluta-andra")
@staff_only
@confirmed
def end_others(user: User) -> ViewResponse:
    """Sign every other browser out."""
    return _after_ending(sessions.end_others(database.session, user, token_here() or ""))


def _after_ending(number: int) -> ViewResponse:
    if number:
        flash(
            ngettext(
                "One other browser is signed out.", "%(num)s other browsers are signed out.", number
            )
        )
    else:
        flash(gettext("You are signed in nowhere else."))
    return redirect(url_for("account.index"), 303)


def _details_form(user: User, *, shown: bool = False) -> DetailsForm:
    """Her details; ``shown`` as they are, when it is another form that was sent."""
    given = {"formdata": None} if shown else {}
    return DetailsForm(service.own_words_of(user), obj=user, **given)


def _page(user: User, form: DetailsForm, password_form: PasswordForm) -> str:
    return render_template(
        "account/index.html",
        user=user,
        form=form,
        password_form=password_form,
        places=sessions.places(database.session, user, token_here() or "", session_limits()),
        handed_in=handovers.sign_ins(database.session, user),
        passkeys=passkeys.passkeys_of(database.session, user),
        codes_left=second_factor.recovery_codes_left(database.session, user),
        minutes=settings.session_idle_minutes,
        hours=settings.session_hours,
    )
