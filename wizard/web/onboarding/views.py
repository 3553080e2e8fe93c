"""The approver's steps, from the link to the button that gives permission."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import (
    Answer as Reply,
)
from wizard.models import AuthorizationStatus, EventKind, InvitationKey, Step
from wizard.services import invitations, visits
from wizard.services.letters import Addressee, clean_words
from wizard.services.mailing import Colleague, mail_colleague
from wizard.services.names import clean_name
from wizard.services.staff import clean_email
from wizard.web import limits
from wizard.web.addresses import link_address, qr_code
from wizard.web.authorization.wording import wording_here, words_of
from wizard.web.mailing import can_mail, language_here, need_mail
from wizard.web.onboarding import grants
from wizard.web.onboarding.forms import (
    BookkeepingForm,
    ColleagueForm,
    DeclineForm,
    PermissionForm,
)
from wizard.web.onboarding.progress import latest_trip, mark
from wizard.web.onboarding.visit import (
    Answer,
    at_step,
    closed_page,
    step_address,
    to_renew,
    visit_of,
    with_key,
    with_living_key,
)

blueprint = Blueprint("onboarding", __name__)
UNDER_WAY = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)


@blueprint.get("/k/<secret>")
def open_link(secret: str) -> Answer:
    """Take the secret out of the address: renders and writes nothing, since scanners come here too."""
    key = visits.find_key(database.session, secret)
    if key is None:
        return closed_page()
    grants.add(key)
    return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)


@blueprint.get("/koppla/<public_id>/")
@with_living_key
def resume(key: InvitationKey) -> Answer:
    """Where she was: the first step that is open, or the check that is under way."""
    trip = latest_trip(key)
    if trip and trip.status in UNDER_WAY:
        return redirect(url_for("authorization.check", public_id=key.invitation.public_id), 303)
    return redirect(step_address(key, key.open_step), 303)


@blueprint.route("/koppla/<public_id>/valkommen", methods=["GET", "POST"])
@at_step(Step.WELCOME)
def welcome(key: InvitationKey) -> Answer:
    """Who asks, for which company, and why; or straight to the end for who knows the way."""
    if request.method == "POST":
        if request.form.get("go") == "express":
            visits.go_straight(database.session, key)
            return redirect(step_address(key, Step.APPROVE), 303)
        return redirect(step_address(key, visits.advance(database.session, key, Step.WELCOME)), 303)
    return render_template(
        "onboarding/welcome.html", visit=visit_of(key, Step.WELCOME), renewed=to_renew(key)
    )


@blueprint.route("/koppla/<public_id>/behorighet", methods=["GET", "POST"])
@at_step(Step.PERMISSION)
def permission(key: InvitationKey) -> Answer:
    """Requirement 1: full permission in the programme."""
    form = PermissionForm(answer=key.permission_answer)
    return _requirement(key, Step.PERMISSION, form, key.permission_answer)


@blueprint.route("/koppla/<public_id>/bokforing", methods=["GET", "POST"])
@at_step(Step.BOOKKEEPING)
def bookkeeping(key: InvitationKey) -> Answer:
    """Requirement 2: the company has bookkeeping."""
    form = BookkeepingForm(answer=key.bookkeeping_answer)
    return _requirement(key, Step.BOOKKEEPING, form, key.bookkeeping_answer)


@blueprint.route("/koppla/<public_id>/foretag", methods=["GET", "POST"])
@at_step(Step.COMPANY)
def company(key: InvitationKey) -> Answer:
    """Which company to choose at the provider."""
    if request.method == "POST":
        return redirect(step_address(key, visits.advance(database.session, key, Step.COMPANY)), 303)
    return render_template("onboarding/company.html", visit=visit_of(key, Step.COMPANY))


@blueprint.get("/koppla/<public_id>/ge-behorighet")
@at_step(Step.APPROVE)
def approve(key: InvitationKey) -> Answer:
    """The button that gives permission; the page then follows what happens in the other window."""
    trip = latest_trip(key)
    return render_template(
        "onboarding/approve.html",
        visit=visit_of(key, Step.APPROVE),
        progress=mark(key, trip),
        terms_template=words_of(key.invitation.provider, wording_here()),
        last_cause=trip.cause if trip and trip.status is AuthorizationStatus.FAILED else None,
    )


@blueprint.route("/koppla/<public_id>/kollega", methods=["GET", "POST"])
@with_living_key
def colleague(key: InvitationKey) -> Answer:
    """Hand over: a link for a colleague, mailed to her or shown once."""
    if request.form.get("go") == "mail":
        return _mail_colleague(key)
    address = None
    if request.method == "POST":
        limits.links(key.invitation)
        address = link_address(invitations.hand_over(database.session, key))
    return _colleague_page(key, ColleagueForm(formdata=None), address)


@blueprint.route("/koppla/<public_id>/nej", methods=["GET", "POST"])
@with_living_key
def decline(key: InvitationKey) -> Answer:
    """No, thank you; with a reason if she likes."""
    form = DeclineForm()
    if form.validate_on_submit():
        invitations.decline(database.session, key.invitation, form.reason.data or "")
        return render_template("onboarding/declined.html", visit=visit_of(key))
    return render_template("onboarding/decline.html", visit=visit_of(key), form=form)


@blueprint.post("/koppla/<public_id>/be-om-ny-lank")
@with_key
def ask_new_link(key: InvitationKey) -> Answer:
    """One press tells the sender that a new link is wanted."""
    visits.tell_sender(database.session, key, EventKind.NEW_LINK_ASKED)
    return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)


def _mail_colleague(key: InvitationKey) -> Answer:
    """Mail the colleague a link of her own, with a line from the approver."""
    need_mail()
    form = ColleagueForm()
    if not form.validate_on_submit():
        return _colleague_page(key, form)
    limits.letters(key.invitation.public_id)
    to = Addressee(clean_email(form.email.data or ""), language_here())
    signed, words = clean_name(form.signed.data or ""), clean_words(form.words.data)
    mail_colleague(database.session, key, Colleague(to, signed, words))
    flash(gettext("The mail to %(address)s is on its way.", address=to.email))
    return redirect(url_for("onboarding.colleague", public_id=key.invitation.public_id), 303)


def _colleague_page(key: InvitationKey, form: ColleagueForm, address: str | None = None) -> Answer:
    return render_template(
        "onboarding/colleague.html",
        visit=visit_of(key),
        form=form,
        can_mail=can_mail(),
        link=address,
        qr=qr_code(address) if address else None,
        progress=mark(key, latest_trip(key)),  # the page moves on when the colleague is done
    )


def _requirement(
    key: InvitationKey, step: Step, form: PermissionForm | BookkeepingForm, answer: Reply | None
) -> Answer:
    """A requirement's page: yes leads on, any other answer to advice, and from there on as well."""
    if request.form.get("go") == "continue":
        return redirect(step_address(key, visits.advance(database.session, key, step)), 303)
    if form.validate_on_submit():
        reply = Reply(form.answer.data)
        return redirect(step_address(key, visits.advance(database.session, key, step, reply)), 303)
    return render_template(
        f"onboarding/{step.value}.html",
        visit=visit_of(key, step),
        form=form,
        answer=answer.value if answer and answer is not Reply.YES else None,
    )
