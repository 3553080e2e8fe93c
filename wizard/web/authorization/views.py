"""One trip to the provider and back: off, home again, the check, and what came of it."""

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

from wizard.causes import CAUSES, Cause
from wizard.extensions import database, providers, vault
from wizard.models import AuthorizationStatus, Consent, EventKind, InvitationKey, Step
from wizard.services import authorizations, receipts, visits
from wizard.services.authorizations import Callback
from wizard.services.check import finish
from wizard.services.connecting import consent_of
from wizard.services.letters import Addressee
from wizard.services.locking import BusyError
from wizard.services.outcomes import receipt_trip, report_no_choice
from wizard.services.staff import clean_email
from wizard.web import limits
from wizard.web.authorization import astray
from wizard.web.authorization.forms import MailReceiptForm
from wizard.web.authorization.pages import cause_page, waiting_page
from wizard.web.authorization.receipt import ending_of, receipt_of
from wizard.web.authorization.wording import wording_here
from wizard.web.mailing import can_mail, language_here, need_mail
from wizard.web.onboarding import grants
from wizard.web.onboarding.progress import destination, is_due, latest_trip, mark
from wizard.web.onboarding.visit import (
    Answer,
    at_step,
    ended_page,
    visit_of,
    with_key,
    with_living_key,
)
from wizard.web.workshops import workshop_for

blueprint = Blueprint("authorization", __name__)
CHECK_SECONDS = 9.0  # a request answers within ten


@blueprint.get("/koppla/<public_id>/till-inloggning")
@at_step(Step.APPROVE)
def depart(key: InvitationKey) -> Answer:
    """Off to the provider: an ordinary link, since no form may redirect off-site."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(403)  # a browser that guesses ahead must not begin a trip
    limits.trips(key.invitation)
    provider = providers[key.invitation.provider]
    address = authorizations.depart(
        database.session,
        provider,
        vault,
        key,
        grants.browser(),
        choose_again="igen" in request.args,
        wording=wording_here(),
    )
    return redirect(address, 303)


@blueprint.get("/<provider>/callback")
def callback(provider: str) -> Answer:
    """Home again. The state says which trip; only the browser that began it can finish it."""
    if provider not in providers:
        abort(404)
    trip = authorizations.come_back(
        database.session,
        providers[provider],
        vault,
        grants.browser(),
        Callback(
            state=request.args.get("state", ""),
            code=request.args.get("code", ""),
            error=request.args.get("error", ""),
            issuer=request.args.get("iss", ""),
        ),
    )
    if trip is None:
        astray.remember(request.args.get("state", ""))
        return redirect(url_for("authorization.lost"), 303)
    return redirect(url_for("authorization.check", public_id=trip.invitation.public_id), 303)


@blueprint.get("/koppla/vilse")
def lost() -> Response:
    """Home without a state of this browser's: not her fault, and nothing is granted by it."""
    key = grants.newest()
    page = render_template(
        "authorization/lost.html",
        visit=visit_of(key) if key else None,
        help_step=CAUSES[Cause.LOST_SESSION].help,
        can_mail=can_mail() and astray.can_be_mailed(),
    )
    return make_response(page, 400)


@blueprint.post("/koppla/vilse/mejla")
def mail_link_again() -> Answer:
    """Mail the lost link to the address it once went to; the answer is the same if there is none."""
    need_mail()
    limits.asking_again()
    astray.mail_again()
    flash(
        gettext("If the link once came by mail, a new one is now on its way to the same address.")
    )
    return redirect(url_for("authorization.lost"), 303)


@blueprint.get("/koppla/<public_id>/kontroll")
@with_key
def check(key: InvitationKey) -> Answer:
    """Run, wait for or take up the check; then to its result, or a page that waits."""
    trip = latest_trip(key)
    if trip is None:
        return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)
    if is_due(trip):
        _finish(key, trip.id)
        database.session.refresh(trip)
    if trip.status in {AuthorizationStatus.SUCCEEDED, AuthorizationStatus.FAILED}:
        return redirect(destination(key, trip) or "/", 303)
    if trip.status is AuthorizationStatus.AWAY and (end := visits.end_of(key)):
        return ended_page(key, end)
    return waiting_page(key, trip)


@blueprint.get("/koppla/<public_id>/laget")
@with_key
def progress(key: InvitationKey) -> Answer:
    """For the page left behind: whether something has happened, and where to go then."""
    trip = latest_trip(key)
    visits.seen(database.session, key)
    return make_response({"at": mark(key, trip), "next": destination(key, trip)})


@blueprint.get("/koppla/<public_id>/orsak")
@with_key
def cause(key: InvitationKey) -> Answer:
    """Why the latest trip failed, and the way on."""
    trip = latest_trip(key)
    if trip is None or trip.status is not AuthorizationStatus.FAILED or trip.cause is None:
        return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)
    if (end := visits.end_of(key)) and trip.cause != Cause.ALREADY_CONNECTED:
        return ended_page(key, end)
    return cause_page(key, trip, Cause(trip.cause))


@blueprint.get("/koppla/<public_id>/klart")
@with_key
def receipt(key: InvitationKey) -> Answer:
    """The receipt, in the browser that gave permission; others see only that it is done."""
    trip = receipt_trip(database.session, key, grants.browser())
    consent = consent_of(database.session, trip) if trip else None
    if consent is None:
        return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)
    return _receipt_page(key, consent, MailReceiptForm(formdata=None))


@blueprint.post("/koppla/<public_id>/klart/mejla")
@with_key
def mail_receipt(key: InvitationKey) -> Answer:
    """Mail the receipt to an address that the one who approved gives."""
    need_mail()
    trip = receipt_trip(database.session, key, grants.browser())
    consent = consent_of(database.session, trip) if trip else None
    if consent is None:
        return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)
    form = MailReceiptForm()
    if not form.validate_on_submit():
        return _receipt_page(key, consent, form)
    limits.letters(key.invitation.public_id)
    to = Addressee(clean_email(form.email.data or ""), language_here())
    receipts.mail_receipt(database.session, key.invitation, consent, to)
    flash(gettext("The mail to %(address)s is on its way.", address=to.email))
    return redirect(url_for("authorization.receipt", public_id=key.invitation.public_id), 303)


@blueprint.post("/koppla/<public_id>/fick-inte-valja")
@with_living_key
def no_choice(key: InvitationKey) -> Answer:
    """She was not asked which company: the guide to the setting that chose for her."""
    report_no_choice(database.session, key, grants.browser())
    return redirect(url_for("authorization.cause", public_id=key.invitation.public_id), 303)


@blueprint.post("/koppla/<public_id>/fel-nummer")
@with_living_key
def question_number(key: InvitationKey) -> Answer:
    """The number may be ours to mend: tell the sender, by one press."""
    visits.tell_sender(database.session, key, EventKind.NUMBER_QUESTIONED)
    return redirect(url_for("authorization.cause", public_id=key.invitation.public_id), 303)


def _receipt_page(key: InvitationKey, consent: Consent, form: MailReceiptForm) -> str:
    return render_template(
        "authorization/receipt.html",
        visit=visit_of(key),
        receipt=receipt_of(consent),
        ending=ending_of(consent),
        form=form,
        can_mail=can_mail(),
    )


def _finish(key: InvitationKey, trip_id: int) -> None:
    """The check, with no transaction of this request held meanwhile."""
    workshop = workshop_for(key.invitation.provider)
    database.session.rollback()
    try:
        finish(workshop, trip_id, CHECK_SECONDS)
    except BusyError:
        return  # another window or the background is at it; the page waits
