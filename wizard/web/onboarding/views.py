"""The approver's steps, from the link to the approve button."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from wizard.extensions import database
from wizard.models import (
    UNFINISHED,
    EventKind,
    InvitationKey,
    RequirementAnswer,
    Step,
)
from wizard.services.accounts.firms import own_of
from wizard.services.invitations import contact_keys, lifecycle, visits
from wizard.services.invitations.mailing import Colleague, asked_from, mail_colleague
from wizard.services.outbox import Addressee, clean_words, language_of
from wizard.services.values.email_addresses import clean_email
from wizard.services.values.own_words import fair_name
from wizard.web import i18n, limits
from wizard.web.forms.letters import can_mail, language_here, need_mail
from wizard.web.hooks import cookies
from wizard.web.onboarding import held_links
from wizard.web.onboarding.forms import (
    LONGEST_REASON,
    BookkeepingForm,
    ColleagueForm,
    DeclineForm,
    PermissionForm,
)
from wizard.web.onboarding.progress import deciding_authorization
from wizard.web.onboarding.step_pages import requirement_page, step_page
from wizard.web.onboarding.visit import (
    ViewResponse,
    at_step,
    closed_page,
    step_address,
    visit_of,
    with_key,
    with_living_key,
    with_shown_key,
)
from wizard.wiring.addresses import link_address, qr_code

blueprint = Blueprint("onboarding", __name__)
OPEN = "open"  # to the page of the one who handed over: nothing is settled yet


@blueprint.get("/k/<secret:secret>")
@blueprint.get("/K/<secret:secret>", alias=True)
def open_link(secret: str) -> ViewResponse:
    """Move the secret from the URL to the session. Writes nothing, since mail scanners follow links."""
    key = visits.find_key(database.session, secret)
    if key is None:
        return _open_list(secret)
    held_links.add(key)
    i18n.speak(key.invitation.public_id, language_of(database.session, key.letter_id))
    return cookies.given("onboarding.resume", public_id=key.invitation.public_id)


@blueprint.get("/koppla/<public_id>/")
@with_living_key
def resume(key: InvitationKey) -> ViewResponse:
    """Redirect to the first open step, or to the running check."""
    authorization = deciding_authorization(key)
    if authorization and authorization.status in UNFINISHED:
        return redirect(url_for("authorization.check", public_id=key.invitation.public_id), 303)
    return redirect(step_address(key, key.open_step), 303)


@blueprint.route("/koppla/<public_id>/valkommen", methods=["GET", "POST"])
@at_step(Step.WELCOME)
def welcome(key: InvitationKey) -> ViewResponse:
    """Who asks, for which company and why; with a shortcut to the last step."""
    if request.method == "POST":
        if request.form.get("go") == "express":
            visits.go_straight(database.session, key)
            return redirect(step_address(key, Step.APPROVE), 303)
        return redirect(step_address(key, visits.advance(database.session, key, Step.WELCOME)), 303)
    return step_page(key, Step.WELCOME)


@blueprint.route("/koppla/<public_id>/behorighet", methods=["GET", "POST"])
@at_step(Step.PERMISSION)
def permission(key: InvitationKey) -> ViewResponse:
    """Requirement 1: full permission in the accounting program."""
    return _requirement(key, Step.PERMISSION, PermissionForm, key.permission_answer)


@blueprint.route("/koppla/<public_id>/bokforing", methods=["GET", "POST"])
@at_step(Step.BOOKKEEPING)
def bookkeeping(key: InvitationKey) -> ViewResponse:
    """Requirement 2: the company has bookkeeping."""
    return _requirement(key, Step.BOOKKEEPING, BookkeepingForm, key.bookkeeping_answer)


@blueprint.route("/koppla/<public_id>/foretag", methods=["GET", "POST"])
@at_step(Step.COMPANY)
def company(key: InvitationKey) -> ViewResponse:
    """Which company to choose at the provider."""
    if request.method == "POST":
        return redirect(step_address(key, visits.advance(database.session, key, Step.COMPANY)), 303)
    return step_page(key, Step.COMPANY)


@blueprint.get("/koppla/<public_id>/ge-behorighet")
@at_step(Step.APPROVE)
def approve(key: InvitationKey) -> ViewResponse:
    """The approve button; the page then follows the progress in the other window."""
    return step_page(key, Step.APPROVE)


@blueprint.route("/koppla/<public_id>/kollega", methods=["GET", "POST"])
@with_living_key
def colleague(key: InvitationKey) -> ViewResponse:
    """Hand over to a colleague, by a link that is mailed or shown once."""
    if request.form.get("go") == "mail":
        return _mail_colleague(key)
    address = None
    if request.method == "POST":
        limits.links(key.invitation.company)
        address = link_address(lifecycle.hand_over(database.session, key))
    return _colleague_page(key, ColleagueForm(formdata=None), address)


@blueprint.get("/koppla/<public_id>/kollega/laget")
@with_shown_key
def colleague_progress(key: InvitationKey) -> ViewResponse:
    """JSON for the page of the one who handed over: it leads on when the invitation has ended."""
    end = visits.end_of(key)
    if not visits.was_just_seen(key):
        visits.seen(database.session, key)
    next_page = url_for("onboarding.resume", public_id=key.invitation.public_id) if end else None
    return make_response({"at": end.value if end else OPEN, "next": next_page})


@blueprint.route("/koppla/<public_id>/nej", methods=["GET", "POST"])
@with_living_key
def decline(key: InvitationKey) -> ViewResponse:
    """Decline the invitation, with an optional reason."""
    form = DeclineForm(own=own_of(key.invitation.company.firm))
    if form.validate_on_submit():
        reason = clean_words(form.reason.data, form.own, LONGEST_REASON)
        lifecycle.decline(database.session, key.invitation, reason)
        return render_template("onboarding/declined.html", visit=visit_of(key))
    return render_template("onboarding/decline.html", visit=visit_of(key), form=form)


@blueprint.post("/koppla/<public_id>/be-om-ny-lank")
@with_key
def ask_new_link(key: InvitationKey) -> ViewResponse:
    """Tell the sender that the approver wants a new link, if hers leads nowhere."""
    if visits.end_of(key):
        visits.tell_sender(database.session, key, EventKind.NEW_LINK_ASKED)
    return redirect(url_for("onboarding.resume", public_id=key.invitation.public_id), 303)


def _open_list(secret: str) -> ViewResponse:
    """The same for a contact's key, which leads to all that waits for her."""
    key = contact_keys.find(database.session, secret)
    if key is None:
        return closed_page()
    held_links.add_list(key)
    i18n.speak(key.public_id, language_of(database.session, key.letter_id))
    return cookies.given("her_companies.index", public_id=key.public_id)


def _mail_colleague(key: InvitationKey) -> ViewResponse:
    """Mail the colleague a separate link, with the approver's message."""
    need_mail()
    form = ColleagueForm(own=own_of(key.invitation.company.firm))
    if not form.validate_on_submit():
        return _colleague_page(key, form)
    to = Addressee(clean_email(form.email.data or ""), language_here())
    limits.letters(key.invitation.public_id)
    limits.letter_to(to.email, f"link {key.id}", key.invitation.company.firm_id)
    signed = fair_name(form.signed.data, form.own)
    words = clean_words(form.words.data, form.own)
    mail_colleague(database.session, key, Colleague(to, signed, words))
    return redirect(url_for("onboarding.colleague", public_id=key.invitation.public_id), 303)


def _colleague_page(
    key: InvitationKey, form: ColleagueForm, address: str | None = None
) -> ViewResponse:
    return render_template(
        "onboarding/colleague.html",
        visit=visit_of(key),
        form=form,
        can_mail=can_mail(),
        link=address,
        qr=qr_code(address) if address else None,
        asked=asked_from(database.session, key),
        progress=OPEN,
    )


def _requirement(
    key: InvitationKey,
    step: Step,
    asking: type[PermissionForm | BookkeepingForm],
    answer: RequirementAnswer | None,
) -> ViewResponse:
    """A requirement's page: "yes" leads on; other answers lead to advice, which also leads on.

    The advice stands alone.
    """
    if request.method != "POST":
        return requirement_page(key, step, asking, answer)
    if request.form.get("go") == "continue":
        return redirect(step_address(key, visits.advance(database.session, key, step)), 303)
    form = asking(answer=answer)
    if form.validate_on_submit():
        reply = RequirementAnswer(form.answer.data)
        return redirect(step_address(key, visits.advance(database.session, key, step, reply)), 303)
    return requirement_page(key, step, asking, answer, form)
