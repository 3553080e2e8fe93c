"""Sign-in and sign-out."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from wizard.extensions import database, vault
from wizard.models import IdentityProvider
from wizard.services.accounts import (
    half_sign_ins,
    identity_providers,
    passkeys,
    second_factor,
    staff,
)
from wizard.services.accounts.passkeys import PasskeyRefusedError
from wizard.services.accounts.second_factor import CodeWrongError, HalfEndedError
from wizard.services.accounts.staff import (
    SignIn,
    SignInElsewhereError,
    SignInRefusedError,
    TooManyTriesError,
)
from wizard.web import limits
from wizard.web.auth import questions
from wizard.web.auth.forms import CodeForm, PasskeyForm, SignInForm
from wizard.web.auth.landing import after_sign_in
from wizard.web.forms.letters import can_mail
from wizard.web.hooks import known
from wizard.web.hooks.access import ViewResponse, begin_session, end_session, user_here
from wizard.web.hooks.errors import AWAY
from wizard.wiring.addresses import passkey_site
from wizard.wiring.identity import break_glass

blueprint = Blueprint("auth", __name__)
HALF = "half"  # session key: the secret of a sign-in that waits for the second factor


@blueprint.context_processor
def _ways() -> dict[str, object]:
    """A forgotten password is offered where there is a mail server; every identity provider by its name."""
    return {"can_mail": can_mail(), "identity_providers": _providers, "passkey_question": _question}


def _question() -> str:
    """What the sign-in page asks for a passkey with."""
    return passkeys.question_to_anybody(passkey_site(), questions.ask())


def _providers() -> list[IdentityProvider]:
    """The identity providers; none while the database is away, when the form is shown all the same."""
    try:
        return identity_providers.open_ones(database.session)
    except AWAY:
        database.session.rollback()
        return []


@blueprint.route("/logga-in", methods=["GET", "POST"])
def sign_in() -> ViewResponse:
    """Sign in; the response does not tell an unknown address from a wrong password."""
    form = SignInForm()
    if form.validate_on_submit():
        return _try(form)
    if user := user_here():
        return redirect(after_sign_in(user), 303)
    return render_template("auth/sign_in.html", form=form, limited=False)


@blueprint.route("/logga-in/kod", methods=["GET", "POST"])
def code() -> ViewResponse:
    """Ask who has shown her password for her second factor."""
    form, half = CodeForm(), _half()
    if half_sign_ins.find(database.session, half) is None:
        return _half_ended()
    if form.validate_on_submit():
        try:
            begun = second_factor.let_in(database.session, vault, half, form.code.data or "")
        except HalfEndedError:
            return _half_ended()
        except CodeWrongError:
            form.code.errors = [
                gettext("That code does not work. Each one works once. Try the next one.")
            ]
        except TooManyTriesError as error:
            form.form_errors = [
                gettext("There have been too many tries. Wait a while, or write a recovery code.")
            ]
            return _code_page(form), 429, {"Retry-After": str(error.retry_after)}
        else:
            return _come_in(begun)
    return _code_page(form)


@blueprint.post("/logga-in/passnyckel")
def passkey() -> ViewResponse:
    """Take a passkey in place of a code."""
    form = PasskeyForm()
    try:
        return _come_in(
            passkeys.let_in(database.session, passkey_site(), _half(), form.passkey.data or "")
        )
    except HalfEndedError:
        return _half_ended()
    except PasskeyRefusedError:
        flash(gettext("The passkey did not work. Try again, or write a code."), "error")
        return redirect(url_for("auth.code", next=request.args.get("next")), 303)


@blueprint.post("/logga-in/bara-passnyckel")
def passkey_alone() -> ViewResponse:
    """Take a passkey in place of address, password and code."""
    limits.passkeys()
    form, asked = PasskeyForm(), questions.take()
    answer, site = form.passkey.data or "", passkey_site()
    try:
        if asked is None:
            raise PasskeyRefusedError
        return _come_in(passkeys.sign_in(database.session, site, asked, answer, break_glass()))
    except SignInElsewhereError:
        flash(
            gettext("You sign in with your firm’s own sign-in. Choose it below the form."), "error"
        )
    except PasskeyRefusedError:
        flash(
            gettext("The passkey did not work. Try again, or sign in with your password."), "error"
        )
    return redirect(url_for("auth.sign_in", next=request.args.get("next")), 303)


@blueprint.post("/logga-ut")
def sign_out() -> ViewResponse:
    """End the session, in the database as well, and let the browser forget what it has shown.

    Of what it has stored only the cache: cookies would be those of the whole registrable domain.
    """
    end_session()
    response = redirect(url_for("auth.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _try(form: SignInForm) -> ViewResponse:
    """The response to a submitted address and password."""
    email, password = form.email.data or "", form.password.data or ""
    try:
        begun = staff.sign_in(
            database.session,
            email,
            password,
            request.remote_addr,
            known.browser_here(),
            break_glass(),
        )
    except SignInElsewhereError:
        said = gettext("You do not sign in with a password. Choose your sign-in below the form.")
        form.form_errors = [said]
        return render_template("auth/sign_in.html", form=form, limited=False)
    except SignInRefusedError:
        form.form_errors = [gettext("The e-mail address or the password is wrong.")]
        return render_template("auth/sign_in.html", form=form, limited=False)
    except TooManyTriesError as error:
        form.form_errors = [gettext("There have been too many tries. Wait a while and try again.")]
        page = render_template("auth/sign_in.html", form=form, limited=True)
        return page, 429, {"Retry-After": str(error.retry_after)}
    if begun.at_half:
        session[HALF] = begun.token
        return redirect(url_for("auth.code", next=request.args.get("next")), 303)
    begin_session(begun)
    return redirect(after_sign_in(begun.user), 303)


def _half() -> str:
    """The secret of the sign-in at half in this browser."""
    return str(session.get(HALF, ""))


def _come_in(begun: SignIn) -> ViewResponse:
    """From half to whole, and on to her work."""
    session.pop(HALF, None)
    begin_session(begun)
    return redirect(after_sign_in(begun.user), 303)


def _code_page(form: CodeForm) -> str:
    """The page that asks for a code, or for a passkey of who has one."""
    half = _half()
    user = half_sign_ins.find(database.session, half)
    question = passkeys.question(database.session, passkey_site(), user, half) if user else None
    return render_template("auth/code.html", form=form, question=question)


def _half_ended() -> ViewResponse:
    """To the sign-in page; who was on her way in is told why."""
    if session.pop(HALF, None):
        flash(gettext("It took too long. Sign in again."))
    return redirect(url_for("auth.sign_in", next=request.args.get("next")), 303)
