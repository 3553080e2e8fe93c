"""The steps of an authorization: departure, callback, check and result."""

from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext

from wizard.causes import CAUSES, TOLD, Cause
from wizard.extensions import database, providers, vault
from wizard.models import AuthorizationStatus, EventKind, InvitationKey, Step
from wizard.services.authorizations import code_flow, promises
from wizard.services.authorizations.check import run_check
from wizard.services.authorizations.code_flow import Callback
from wizard.services.authorizations.outcomes import report_no_choice
from wizard.services.concurrency.locks import BusyError
from wizard.services.invitations import visits
from wizard.services.outbox import Addressee
from wizard.services.values.email_addresses import clean_email
from wizard.web import limits
from wizard.web.authorization import lost_session
from wizard.web.authorization.forms import TellMeForm
from wizard.web.authorization.pages import cause_page, page_of, waiting_page
from wizard.web.forms.letters import can_mail, language_here, need_mail
from wizard.web.onboarding import held_links
from wizard.web.onboarding.progress import deciding_authorization, destination, mark
from wizard.web.onboarding.visit import (
    ViewResponse,
    at_step,
    ended_page,
    others_of,
    visit_of,
    with_key,
    with_living_key,
    with_shown_key,
)
from wizard.web.onboarding.wording import wording_here
from wizard.web.receipt import held_receipts
from wizard.web.receipt.forms import MailForm
from wizard.web.receipt.shown import facts_of, is_news, mailing_of
from wizard.wiring.providers import provider_context

blueprint = Blueprint("authorization", __name__)
CHECK_SECONDS = 9.0  # a response must be sent within ten


@blueprint.get("/koppla/<public_id>/till-inloggning")
@at_step(Step.APPROVE, shows=False)
def depart(key: InvitationKey) -> ViewResponse:
    """Redirect to the provider. A GET, since our CSP lets no form redirect to another site."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(403)  # a prefetch must not begin an authorization
    limits.authorizations(key.invitation)
    provider = providers[key.invitation.provider]
    address = code_flow.depart(
        database.session,
        provider,
        vault,
        key,
        held_links.browser(),
        choose_again="igen" in request.args,
        wording=wording_here(),
    )
    return redirect(address, 303)


@blueprint.get("/<provider>/callback")
def callback(provider: str) -> ViewResponse:
    """The OAuth redirect URI: ``state`` finds the authorization; only its own browser can finish it."""
    if provider not in providers:
        abort(404)
    authorization = code_flow.come_back(
        database.session,
        providers[provider],
        vault,
        held_links.browser(),
        Callback(
            state=request.args.get("state", ""),
            code=request.args.get("code", ""),
            error=request.args.get("error", ""),
            issuer=request.args.get("iss", ""),
        ),
    )
    if authorization is None:
        lost_session.remember(request.args.get("state", ""))
        return redirect(url_for("authorization.lost"), 303)
    return redirect(
        url_for("authorization.check", public_id=authorization.invitation.public_id), 303
    )


@blueprint.get("/koppla/vilse")
def lost() -> Response:
    """The page for a callback whose state is not this browser's; nothing is granted."""
    key = held_links.newest()
    page = render_template(
        "authorization/lost.html",
        visit=visit_of(key) if key else None,
        help_step=CAUSES[Cause.LOST_SESSION].help,
        can_mail=can_mail() and lost_session.can_be_mailed(),
    )
    return make_response(page, 400)


@blueprint.post("/koppla/vilse/mejla")
def mail_link_again() -> ViewResponse:
    """Mail the link again to its earlier recipient; the response is the same if there is none."""
    need_mail()
    limits.asking_again()
    lost_session.mail_again()
    flash(
        gettext("If the link once came by mail, a new one is now on its way to the same address.")
    )
    return redirect(url_for("authorization.lost"), 303)


@blueprint.get("/koppla/<public_id>/kontroll")
@with_key
def check(key: InvitationKey) -> ViewResponse:
    """Run or await the check; redirect to its result, or show the waiting page."""
    authorization = deciding_authorization(key)
    if authorization is None:
        if not visits.end_of(key):
            flash(
                gettext(
                    "You have not been there yet. Give permission first, with the button below."
                )
            )
        return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)
    if authorization.is_due:
        done = url_for("authorization.receipt", public_id=key.invitation.public_id)
        if _finish(key, authorization.id) is AuthorizationStatus.SUCCEEDED:
            return redirect(done, 303)
        checked, authorization = authorization, deciding_authorization(key) or authorization
        if authorization.id != checked.id and authorization.is_due:  # that of another window
            return redirect(url_for("authorization.check", public_id=key.invitation.public_id), 303)
    if authorization.status in {AuthorizationStatus.SUCCEEDED, AuthorizationStatus.FAILED}:
        return redirect(destination(key, authorization) or "/", 303)
    if authorization.status is AuthorizationStatus.AWAY and (end := visits.end_of(key)):
        return ended_page(key, end)
    return waiting_page(key, authorization)


@blueprint.get("/koppla/<public_id>/laget")
@with_shown_key
def progress(key: InvitationKey) -> ViewResponse:
    """JSON for the waiting page: whether the state has changed, and where to go then."""
    authorization = deciding_authorization(key)
    visits.seen(database.session, key)
    return make_response({"at": mark(key, authorization), "next": destination(key, authorization)})


@blueprint.get("/koppla/<public_id>/orsak")
@with_key
def cause(key: InvitationKey) -> ViewResponse:
    """Why the authorization failed, and what to do next."""
    authorization = deciding_authorization(key)
    if (
        authorization is None
        or authorization.status is not AuthorizationStatus.FAILED
        or authorization.cause is None
    ):
        resume = url_for("onboarding.resume", public_id=key.invitation.public_id)
        return redirect(destination(key, authorization) or resume, 303)
    if (end := visits.end_of(key)) and authorization.cause != Cause.ALREADY_CONNECTED:
        return ended_page(key, end)
    return cause_page(key, authorization, Cause(authorization.cause))


@blueprint.get("/koppla/<public_id>/klart")
@with_key
def receipt(key: InvitationKey) -> ViewResponse:
    """That it is done, with the receipt, in the browser that approved; later the receipt alone."""
    held = held_receipts.granted_to(key.invitation)
    if held is None or not held.gave_it:
        return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)
    if not is_news(held.consent):
        return redirect(url_for("receipt.show", number=held.consent.public_id), 303)
    mailing = mailing_of(held)
    facts = facts_of(held.consent, key.invitation)
    return render_template(
        "authorization/receipt.html",
        **facts | {"visit": replace(facts["visit"], others=others_of(key))},
        mailing=mailing,
        form=MailForm(formdata=None, email=mailing.offered),
    )


@blueprint.post("/koppla/<public_id>/mejla-mig")
@with_key
def tell_me(key: InvitationKey) -> ViewResponse:
    """Promise to mail how an attempt that waits has ended."""
    need_mail()
    authorization = deciding_authorization(key)
    form = TellMeForm()
    if authorization and promises.can_be_made(authorization, held_links.browser()):
        if not form.validate_on_submit():
            return page_of(key, authorization, form)
        to = Addressee(clean_email(form.email.data or ""), language_here())
        limits.letters(key.invitation.public_id)
        limits.letter_to(to.email, f"link {key.id}", key.invitation.company.firm_id)
        promises.make(database.session, authorization, held_links.browser(), to)
    return redirect(url_for("authorization.check", public_id=key.invitation.public_id), 303)


@blueprint.post("/koppla/<public_id>/fick-inte-valja")
@with_living_key
def no_choice(key: InvitationKey) -> ViewResponse:
    """The guide to the provider's setting that chose the company without asking."""
    report_no_choice(database.session, key, held_links.browser())
    return redirect(url_for("authorization.cause", public_id=key.invitation.public_id), 303)


@blueprint.post("/koppla/<public_id>/fel-nummer")
@with_living_key
def question_number(key: InvitationKey) -> ViewResponse:
    """Tell the sender that the organisation number may be wrong on our side."""
    visits.tell_sender(database.session, key, EventKind.NUMBER_QUESTIONED)
    return redirect(url_for("authorization.cause", public_id=key.invitation.public_id), 303)


@blueprint.post("/koppla/<public_id>/meddela")
@with_living_key
def tell_sender(key: InvitationKey) -> ViewResponse:
    """Tell the sender what stopped the authorization."""
    authorization = deciding_authorization(key)
    if authorization and authorization.cause in TOLD:
        visits.tell_of_cause(database.session, key, Cause(authorization.cause))
    return redirect(url_for("authorization.cause", public_id=key.invitation.public_id), 303)


def _finish(key: InvitationKey, authorization_id: int) -> AuthorizationStatus | None:
    """Run the check without an open transaction in this request; None while somebody else runs it."""
    context = provider_context(key.invitation.provider)
    database.session.rollback()
    try:
        return run_check(context, authorization_id, CHECK_SECONDS)
    except BusyError:
        return None  # another request or the worker runs the check; the page waits
