"""Codes of an app: turned on and off, recovery codes, and proving again who one is."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database, vault
from wizard.models import User
from wizard.services.accounts import confirmation, identity_providers, passkeys
from wizard.services.accounts import second_factor as service
from wizard.services.accounts.own_account import PasswordWrongError
from wizard.services.accounts.passkeys import PasskeyRefusedError
from wizard.services.accounts.password_use import may_use_password
from wizard.services.accounts.second_factor import CodeWrongError, FactorPresentError
from wizard.services.accounts.staff import TooManyTriesError
from wizard.web.auth import questions
from wizard.web.auth.forms import PasskeyForm as PasskeyAnswerForm
from wizard.web.auth.landing import after_sign_in
from wizard.web.hooks.access import (
    ViewResponse,
    carry_on,
    staff_at_all,
    staff_only,
    token_here,
)
from wizard.web.hooks.confirmed import confirmed
from wizard.web.second_factor.forms import ConfirmForm, PasskeyForm, SetUpForm
from wizard.wiring.addresses import passkey_site, qr_code
from wizard.wiring.identity import break_glass

blueprint = Blueprint("second_factor", __name__)


@blueprint.route("/konto/tva-steg", methods=["GET", "POST"])
@staff_at_all
@confirmed
def set_up(user: User) -> ViewResponse:
    """Offer a secret for an app; a code of it turns codes on, and shows the recovery codes once."""
    form = SetUpForm()
    try:
        offered = service.offer(database.session, vault, user)
        if form.validate_on_submit():
            return _proved(user, form)
    except FactorPresentError:
        return redirect(url_for("account.index"), 303)
    except CodeWrongError:
        database.session.rollback()
        form.code.errors = [
            gettext("That is not the code that the app shows now. Try the next one.")
        ]
    except TooManyTriesError as error:
        form.form_errors = [gettext("There have been too many tries. Wait a while and try again.")]
        page = _set_up_page(form, offered)
        return page, 429, {"Retry-After": str(error.retry_after)}
    return _set_up_page(form, offered)


@blueprint.post("/konto/reservkoder")
@staff_only
@confirmed
def recovery(user: User) -> ViewResponse:
    """Make new recovery codes; they are in this response only."""
    if user.totp_confirmed_at is None:
        return redirect(url_for("account.index"), 303)
    codes = service.make_recovery_codes(database.session, user)
    return _codes_page(codes, url_for("account.index"))


@blueprint.post("/konto/tva-steg/ta-bort")
@staff_only
@confirmed
def remove(user: User) -> ViewResponse:
    """Turn codes off; for who needs a second factor, this leads to another one."""
    service.remove(database.session, user)
    flash(gettext("Codes are turned off. The password alone lets you in now."))
    return redirect(url_for("account.index"), 303)


@blueprint.route("/konto/passnyckel", methods=["GET", "POST"])
@staff_only
@confirmed
def passkey(user: User) -> ViewResponse:
    """Let the browser make a passkey; it is for who has codes as well, which work without script."""
    if user.totp_confirmed_at is None:
        return redirect(url_for("second_factor.set_up"), 303)
    form, token = PasskeyForm(), token_here() or ""
    if form.validate_on_submit():
        name, answer = form.name.data or "", form.passkey.data or ""
        try:
            passkeys.add(database.session, passkey_site(), user, token, name, answer)
        except PasskeyRefusedError:
            form.form_errors = [gettext("No passkey was made. Try again, or with another device.")]
        else:
            flash(gettext("The passkey is added."))
            return redirect(url_for("account.index"), 303)
    wish = passkeys.wish(database.session, passkey_site(), user, token)
    return render_template("second_factor/passkey.html", form=form, wish=wish)


@blueprint.post("/konto/passnyckel/<public_id>/ta-bort")
@staff_only
@confirmed
def remove_passkey(user: User, public_id: str) -> ViewResponse:
    """Take one passkey away."""
    if not passkeys.remove(database.session, user, public_id):
        abort(404)
    flash(gettext("The passkey is removed."))
    return redirect(url_for("account.index"), 303)


@blueprint.route("/bekrafta", methods=["GET", "POST"])
@staff_at_all
def confirm(user: User) -> ViewResponse:
    """Ask for the password, or a code, before something that would do harm in another's hands."""
    form = ConfirmForm()
    if not may_use_password(user, break_glass()):
        return _confirm_page(form, user)
    if form.validate_on_submit():
        try:
            token, proof = token_here() or "", form.proof.data or ""
            carry_on(confirmation.confirm(database.session, vault, user, token, proof))
        except (PasswordWrongError, CodeWrongError):
            form.proof.errors = [gettext("That is not right. Try again.")]
        except TooManyTriesError as error:
            form.form_errors = [
                gettext("There have been too many tries. Wait a while and try again.")
            ]
            return _confirm_page(form, user), 429, {"Retry-After": str(error.retry_after)}
        else:
            return redirect(after_sign_in(user), 303)
    return _confirm_page(form, user)


@blueprint.post("/bekrafta/passnyckel")
@staff_at_all
def confirm_with_passkey(user: User) -> ViewResponse:
    """Take a passkey in place of the password."""
    form, asked, site = PasskeyAnswerForm(), questions.take(), passkey_site()
    answer, token = form.passkey.data or "", token_here() or ""
    try:
        if asked is None or not may_use_password(user, break_glass()):
            raise PasskeyRefusedError
        carry_on(
            confirmation.confirm_with_passkey(database.session, site, user, token, asked, answer)
        )
    except PasskeyRefusedError:
        flash(gettext("The passkey did not work. Try again, or write your password."), "error")
        return redirect(url_for("second_factor.confirm", next=request.args.get("next")), 303)
    return redirect(after_sign_in(user), 303)


def _proved(user: User, form: SetUpForm) -> str:
    token, code = token_here() or "", form.code.data or ""
    codes = service.prove(database.session, vault, user, token, code)
    return _codes_page(codes, after_sign_in(user))


def _set_up_page(form: SetUpForm, offered: service.Offer) -> str:
    return render_template(
        "second_factor/set_up.html",
        form=form,
        secret=offered.secret,
        qr=qr_code(offered.address),
    )


def _codes_page(codes: list[str], onward: str) -> str:
    return render_template("second_factor/recovery.html", codes=codes, onward=onward)


def _confirm_page(form: ConfirmForm, user: User) -> str:
    """With every way in which she can prove it: here, or at the identity provider that knows her."""
    here = may_use_password(user, break_glass())
    has_code = here and user.totp_confirmed_at is not None
    site, session = passkey_site(), database.session
    return render_template(
        "second_factor/confirm.html",
        form=form,
        has_code=has_code,
        can_write=has_code or (here and user.password_hash is not None),
        question=passkeys.question(session, site, user, questions.ask()) if here else None,
        provider=identity_providers.of_user(session, user),
        next=request.args.get("next"),
    )
