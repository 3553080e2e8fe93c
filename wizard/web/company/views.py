"""A firm's companies, and the page on which they are invited."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database, providers
from wizard.models import Company, Invitation, KeyPurpose, Role, User, now
from wizard.services.accounts import own_account
from wizard.services.accounts.firms import own_of
from wizard.services.companies import company_directory, company_overview, support_view, to_do
from wizard.services.companies.company_directory import DuplicateCompanyError
from wizard.services.companies.company_overview import InvitationFacts
from wizard.services.connections import endings
from wizard.services.connections.insight import ASKED_ANEW
from wizard.services.invitations import lifecycle, reminders
from wizard.services.invitations.inviting import (
    ConnectedAlreadyError,
    NotConnectedError,
    invite,
    invite_to_renew,
)
from wizard.services.invitations.lifecycle import Link
from wizard.services.invitations.mailing import mail_invitation
from wizard.web import event_texts, limits
from wizard.web.company.forms import CreateForm, SendForm
from wizard.web.company.guards import with_company, with_invitation
from wizard.web.company.preview import addressee, own_words, preview_of
from wizard.web.company.sent import sent_rows
from wizard.web.cursors import cursor
from wizard.web.forms.letters import can_mail, need_mail
from wizard.web.help.links import step_for
from wizard.web.hooks.access import ViewResponse, members_only, staff_only
from wizard.web.hooks.heads import note_reading
from wizard.web.links_of import LinkRow, link_rows
from wizard.web.listing.columns import offered_to
from wizard.web.listing.files import file_here
from wizard.web.listing.shown import list_address, listing_here
from wizard.web.to_do import wording
from wizard.wiring.addresses import link_address, qr_code

blueprint = Blueprint("company", __name__)
TO_DO_SHOWN = 5


@blueprint.get("/foretag")
@staff_only
def index(user: User) -> ViewResponse:
    """List companies: where each stands, narrowed and sorted as the address says."""
    listing = listing_here(user, "company.index")
    plain = not (listing.asked.filled or listing.page.previous)
    return render_template("company/index.html", listing=listing, **_to_do(user, plain=plain))


@blueprint.get("/foretag/csv")
@staff_only
def index_file(user: User) -> ViewResponse:
    """The list as a file; that somebody takes it is an entry in the audit trail."""
    return file_here(user, "foretag")


@blueprint.post("/foretag/kolumner")
@staff_only
def columns(user: User) -> ViewResponse:
    """Remember which columns of the list she wants, or go back to the usual ones."""
    chosen = [one.value for one in offered_to(user) if one.value in request.form.getlist("column")]
    usual = request.form.get("go") == "reset"
    own_account.choose_columns(database.session, user, None if usual else chosen)
    flash(gettext("Saved."))
    connected = request.form.get("list") == "admin.connections"
    return redirect(list_address("admin.connections" if connected else "company.index"), 303)


def _to_do(user: User, *, plain: bool) -> dict[str, object]:
    """What stands on top of a member's list that is neither searched nor filtered."""
    mine = request.args.get("att_gora") == "mina"
    rows: list[to_do.ToDoRow] = []
    if plain and user.role is Role.MEMBER:
        rows = to_do.page_of(database.session, user, mine=mine, size=TO_DO_SHOWN).rows
    return {"to_do": rows, "to_do_mine": mine, "words": wording, "shows_to_do": plain}


@blueprint.route("/foretag/nytt", methods=["GET", "POST"])
@members_only
def create(user: User) -> ViewResponse:
    """Add a company, or show the existing one with the same number."""
    form = CreateForm()
    if not form.validate_on_submit() or user.firm is None:
        return render_template("company/create.html", form=form)
    name, number = form.name.data or "", form.organisation_number.data or ""
    reference = form.own_reference.data
    try:
        company = company_directory.add(database.session, user.firm, name, number, reference, user)
    except DuplicateCompanyError as error:
        flash(gettext("The company with that number was already here. This is it."))
        company = error.existing
    return redirect(url_for("company.detail", public_id=company.public_id), 303)


@blueprint.get("/foretag/<public_id>/oppnade-dokument")
@staff_only
def openings(user: User, public_id: str) -> ViewResponse:
    """List the openings of documents: who, which voucher, and when."""
    company = company_directory.find(database.session, user, public_id)
    if company is None:
        abort(404)
    page = company_overview.openings(database.session, company, cursor())
    return render_template(
        "company/openings.html",
        company=company,
        rows=event_texts.openings(page.rows),
        next_cursor=page.next_cursor,
    )


@blueprint.get("/foretag/<public_id>")
@staff_only
def detail(user: User, public_id: str) -> ViewResponse:
    """Show a company, its connection and its history."""
    facts = company_overview.facts(database.session, user, public_id)
    if facts is None:
        abort(404)
    note_reading(user, facts.company, facts.connection)
    ended = None if facts.connection else endings.newest_of(database.session, facts.company)
    events = company_overview.history(database.session, facts.company)
    return render_template(
        "company/detail.html",
        company=facts.company,
        connection=facts.connection,
        ending=ended,
        help_step=step_for(facts.connection.cause) if facts.connection else "",
        invitation=facts.invitation,
        standing=facts.standing,
        events=event_texts.rows(events),
        question=event_texts.question_in(events, now() - ASKED_ANEW),
        links=_links(facts.invitation),
    )


@blueprint.get("/foretag/<public_id>/ladda-upp-data")
@members_only
def upload(user: User, public_id: str) -> ViewResponse:
    """Show the accounting program and the open invitation."""
    return _upload_page(user, public_id)


@blueprint.get("/foretag/<public_id>/ladda-upp-data/<press>")
@members_only
def pressed(_user: User, public_id: str, press: str) -> ViewResponse:  # noqa: ARG001 -- whichever it was
    """A GET of an address for POST: redirect to the page, since a link is shown only once."""
    return redirect(url_for("company.upload", public_id=public_id), 303)


@blueprint.post("/foretag/<public_id>/ladda-upp-data/aktivera")
@with_company
def activate(user: User, company: Company) -> ViewResponse:
    """Invite to connect; the link is shown in this response only."""
    provider = request.form.get("provider") or _offered()
    if provider not in providers:
        abort(400)
    limits.links(company)
    try:
        link = invite(database.session, company, provider, user, KeyPurpose.COPIED)
    except ConnectedAlreadyError:
        flash(gettext("The company is connected already."))
        return redirect(url_for("company.upload", public_id=company.public_id), 303)
    return _upload_page(user, company.public_id, link)


@blueprint.post("/foretag/<public_id>/ladda-upp-data/fornya")
@with_company
def renew(user: User, company: Company) -> ViewResponse:
    """Invite to renew the connection, even one that works; the link is shown in this response only."""
    limits.links(company)
    try:
        link = invite_to_renew(database.session, company, user, KeyPurpose.COPIED)
    except NotConnectedError:
        flash(gettext("The connection has ended. You can activate anew."), "error")
        return redirect(url_for("company.upload", public_id=company.public_id), 303)
    return _upload_page(user, company.public_id, link)


@blueprint.post("/foretag/<public_id>/ladda-upp-data/visa-lank")
@with_invitation
def show_link(user: User, company: Company, invitation: Invitation) -> ViewResponse:
    """Create another link; earlier links keep working."""
    limits.links(company)
    link = lifecycle.show_link(database.session, invitation, user)
    return _upload_page(user, company.public_id, link)


@blueprint.post("/foretag/<public_id>/ladda-upp-data/ny-lank")
@with_invitation
def new_link(user: User, company: Company, invitation: Invitation) -> ViewResponse:
    """Create a link and end all earlier ones."""
    limits.links(company)
    link = lifecycle.new_link(database.session, invitation, user)
    return _upload_page(user, company.public_id, link)


@blueprint.post("/foretag/<public_id>/ladda-upp-data/aterkalla")
@with_company
def withdraw(user: User, company: Company) -> ViewResponse:
    """End the invitation and all its links. Idempotent."""
    if invitation := lifecycle.living_invitation(database.session, company):
        lifecycle.withdraw(database.session, invitation, user)
    flash(gettext("The invitation is withdrawn. Its links no longer work."))
    return redirect(url_for("company.upload", public_id=company.public_id), 303)


@blueprint.route("/foretag/<public_id>/ladda-upp-data/skicka", methods=["GET", "POST"])
@with_company
def send(user: User, company: Company) -> ViewResponse:
    """Mail an invitation: fill in, preview, send."""
    need_mail()
    form = SendForm(own=own_of(company.firm, user))
    if not form.validate_on_submit() or request.form.get("go") == "edit":
        few = limits.few_left(user.email, company.firm_id)
        return render_template("company/send.html", company=company, form=form, few_left=few)
    if request.form.get("go") != "send":
        preview = preview_of(user, company, _offered(), form)
        return render_template("company/preview.html", company=company, form=form, preview=preview)
    to, words = addressee(form), own_words(form)
    limits.letters(company.public_id)
    limits.letter_to(to.email, user.email, company.firm_id)
    try:
        mail_invitation(database.session, company, _offered(), user, to, words)
    except ConnectedAlreadyError:
        flash(gettext("The company is connected already."))
    else:
        flash(gettext("The mail to %(address)s is on its way.", address=to.email))
    return redirect(url_for("company.upload", public_id=company.public_id), 303)


@blueprint.post("/foretag/<public_id>/ladda-upp-data/paminnelser")
@with_invitation
def set_reminders(user: User, company: Company, invitation: Invitation) -> ViewResponse:
    """Pause or resume the reminders."""
    act = reminders.resume if request.form.get("go") == "resume" else reminders.pause
    act(database.session, invitation, user)
    return redirect(url_for("company.upload", public_id=company.public_id), 303)


def _links(invitation: InvitationFacts | None) -> list[LinkRow]:
    """The links of the newest invitation, and whose each is."""
    return link_rows(support_view.links(database.session, invitation.id)) if invitation else []


def _offered() -> str:
    """The provider that companies are invited to connect; there is only one so far."""
    return next(iter(providers))


def _upload_page(user: User, public_id: str, link: Link | None = None) -> ViewResponse:
    """The page with a link that was just created; the link is stored nowhere."""
    facts = company_overview.facts(database.session, user, public_id)
    if facts is None:
        abort(404)
    lead = facts.connection or facts.invitation
    address = link_address(link) if link else None
    return render_template(
        "company/upload.html",
        company=facts.company,
        connection=facts.connection,
        invitation=facts.invitation,
        provider=lead.provider if lead else _offered(),
        link=address,
        qr=qr_code(address) if address else None,
        can_mail=can_mail(),
        sent=sent_rows(facts.invitation),
        links=_links(facts.invitation),
    )
