"""Sign-in and sign-out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.services.accounts import staff
from wizard.services.accounts.staff import SignInRefusedError, TooManyTriesError
from wizard.web.auth.forms import SignInForm
from wizard.web.auth.landing import after_sign_in
from wizard.web.forms.letters import can_mail
from wizard.web.hooks import known
from wizard.web.hooks.access import ViewResponse, begin_session, end_session, user_here

blueprint = Blueprint("auth", __name__)


@blueprint.context_processor
def _whether_mail_is_sent() -> dict[str, object]:
    """A forgotten password is offered where there is a mail server."""
    return {"can_mail": can_mail()}


@blueprint.route("/logga-in", methods=["GET", "POST"])
def sign_in() -> ViewResponse:
    """Sign in; the response does not tell an unknown address from a wrong password."""
    form = SignInForm()
    if form.validate_on_submit():
        return _try(form)
    if user := user_here():
        return redirect(after_sign_in(user), 303)
    return render_template("auth/sign_in.html", form=form, limited=False)


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
            database.session, email, password, request.remote_addr, known.browser_here()
        )
    except SignInRefusedError:
        form.form_errors = [gettext("The e-mail address or the password is wrong.")]
        return render_template("auth/sign_in.html", form=form, limited=False)
    except TooManyTriesError as error:
        form.form_errors = [gettext("There have been too many tries. Wait a while and try again.")]
        page = render_template("auth/sign_in.html", form=form, limited=True)
        return page, 429, {"Retry-After": str(error.retry_after)}
    begin_session(begun)
    return redirect(after_sign_in(begun.user), 303)
