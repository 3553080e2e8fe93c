"""Sign-in with an identity provider: to it, and back with its answer."""

import structlog
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database, vault
from wizard.models import IdentityProvider, User
from wizard.services.accounts import confirmation, identity_providers, single_sign_on
from wizard.services.accounts.confirmation import AnotherPersonError
from wizard.services.accounts.identity import client as identity
from wizard.services.accounts.identity.client import SignInFailedError
from wizard.services.accounts.identity.metadata import MetadataInvalidError, ProviderDownError
from wizard.services.accounts.places import NoPlaceError
from wizard.web import limits
from wizard.web.auth import attempts
from wizard.web.auth.forms import SignInForm
from wizard.web.auth.landing import page_or_begin
from wizard.web.auth.views import blueprint as auth
from wizard.web.hooks.access import (
    ViewResponse,
    begin_session,
    carry_on,
    staff_at_all,
    token_here,
    user_here,
)
from wizard.wiring.identity import client_of

__all__ = ["auth"]  # the same blueprint, with these views too
log = structlog.get_logger()
HERS, OURS = (
    "none",
    "same-origin",
)  # who began a request, in Sec-Fetch-Site; older browsers do not say


@auth.get("/logga-in/med/<public_id>")
def single_sign_on_begin(public_id: str) -> ViewResponse:
    """Send the browser to an identity provider, when she has pressed the button, or typed the address.

    Another site's page must sign nobody in: it gets her to the page with the button.
    """
    provider = identity_providers.find(database.session, public_id) or abort(404)
    if request.headers.get("Sec-Fetch-Site", HERS) not in {HERS, OURS}:
        return redirect(url_for("auth.sign_in", next=request.args.get("next")), 303)
    return _send(provider, confirms=False)


@auth.get("/bekrafta/hos-leverantor")
@staff_at_all
def confirm_at_provider(user: User) -> ViewResponse:
    """Send who is signed in to her identity provider, to prove anew who she is."""
    provider = identity_providers.of_user(database.session, user) or abort(404)
    return _send(provider, confirms=True)


@auth.get("/logga-in/med/<public_id>/svar")
def single_sign_on_answer(public_id: str) -> ViewResponse:
    """Where an identity provider sends the browser back to."""
    provider = identity_providers.find(database.session, public_id) or abort(404)
    held = attempts.take(public_id, request.args.get("state", ""))
    if held is None:
        return redirect(url_for("auth.sign_in"), 303)
    if held.confirms:
        return _confirmed(provider, held)
    client = client_of(provider)
    database.session.rollback()
    try:
        found = identity.finish(client, held.attempt, request.args)
        begun = single_sign_on.sign_in(database.session, vault, provider, found)
    except (MetadataInvalidError, ProviderDownError) as error:
        return _not_now(provider, error)
    except SignInFailedError as error:
        single_sign_on.refused(database.session, provider, error.code)
        said = gettext("%(name)s did not sign you in. Try again.", name=provider.name)
        return _sign_in_page(said), 403
    except NoPlaceError:
        said = gettext(
            "%(name)s knows you, but you have no place here. Ask your IT department.",
            name=provider.name,
        )
        return _sign_in_page(said), 403
    begin_session(begun)
    return redirect(page_or_begin(held.asked_for, begun.user), 303)


def _send(provider: IdentityProvider, *, confirms: bool) -> ViewResponse:
    limits.single_sign_on()
    client = client_of(provider)
    database.session.rollback()  # no transaction is open while the provider thinks
    try:
        url, attempt = identity.begin(client, anew=confirms)
    except (MetadataInvalidError, ProviderDownError) as error:
        return _not_now(provider, error)
    asked_for = request.args.get("next", "")
    attempts.keep(provider.public_id, attempts.Held(attempt, asked_for, confirms))
    return redirect(url, 303)


def _confirmed(provider: IdentityProvider, held: attempts.Held) -> ViewResponse:
    """Back to what she was about to do, when she has proved at the provider that it is she."""
    user, token = user_here(), token_here()
    if user is None or token is None:
        return redirect(url_for("auth.sign_in", next=held.asked_for), 303)
    client = client_of(provider)
    database.session.rollback()
    try:
        person = identity.finish(client, held.attempt, request.args).person
        carry_on(confirmation.confirm_by_provider(database.session, user, token, provider, person))
    except (MetadataInvalidError, ProviderDownError) as error:
        return _not_now(provider, error)
    except SignInFailedError as error:
        single_sign_on.refused(database.session, provider, error.code)
    except AnotherPersonError:
        single_sign_on.refused(database.session, provider, "another_person")
    else:
        return redirect(page_or_begin(held.asked_for, user), 303)
    said = gettext("%(name)s did not say that it is you. Try again.", name=provider.name)
    flash(said, "error")
    return redirect(url_for("second_factor.confirm", next=held.asked_for), 303)


def _not_now(provider: IdentityProvider, error: Exception) -> ViewResponse:
    """The page that says that the provider cannot be used now; why is for the log."""
    log.warning(
        "identity_provider_silent",
        provider=provider.name,
        kind=type(error).__name__,
        why=str(error),
    )
    said = gettext(
        "%(name)s does not answer as it should. Try again in a while.", name=provider.name
    )
    return _sign_in_page(said), 503


def _sign_in_page(said: str) -> str:
    form = SignInForm(formdata=None)
    form.form_errors = [said]
    return render_template("auth/sign_in.html", form=form, limited=False)
