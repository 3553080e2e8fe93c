"""Support on the phone: search, the approver's situation, and the link that helps."""

from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Company, InvitationKey, User
from wizard.services.accounts.firms import own_of
from wizard.services.companies import (
    company_directory,
    company_overview,
    near_codes,
    support_view,
)
from wizard.services.companies import support_search as service
from wizard.services.companies.company_overview import InvitationFacts
from wizard.services.invitations import for_support, lifecycle
from wizard.services.invitations.lifecycle import InvitationEndedError
from wizard.services.outbox import clean_words
from wizard.services.values.search import clean_search
from wizard.web import event_texts, limits, references
from wizard.web.desk import verdict
from wizard.web.forms.letters import can_mail, need_mail
from wizard.web.help.links import step_for
from wizard.web.hooks.access import ViewResponse, support_only
from wizard.web.hooks.heads import note_reading
from wizard.web.links_of import link_rows
from wizard.web.support.answer import ready_answer
from wizard.web.support.forms import LONGEST_REASON, SeeForm
from wizard.web.support.her_page import seen_as
from wizard.web.support.rows import letter_rows
from wizard.web.support.situation import help_address, situations
from wizard.wiring.addresses import link_address

blueprint = Blueprint("support", __name__)


@blueprint.get("/support")
@support_only
def index(_user: User) -> ViewResponse:
    """Search by code, number, name, person or mail address; a single match is shown at once.

    A code that nobody has is compared with those that it may be meant to be. The number on an error page
    says when it was, and which lines of the log tell the rest.
    """
    search = clean_search(request.args.get("q", ""))
    failed_at = references.moment(search)
    rows = service.find(database.session, search) if search and not failed_at else []
    if len(rows) == 1:
        return redirect(url_for("support.company", public_id=rows[0].public_id), 303)
    return render_template(
        "support/index.html",
        search=search,
        rows=rows,
        meant=near_codes.meant_by(database.session, search) if search and not rows else [],
        most=service.MOST,
        failed_at=failed_at,
        sentence=None if search else verdict.sentence_now(),
    )


@blueprint.post("/support/menade")
@support_only
def choose(user: User) -> ViewResponse:
    """Open a company that a code may have been meant for; who does it is limited, and told the audit trail."""
    said, code = clean_search(request.form.get("said", "")), request.form.get("code", "")
    limits.codes_guessed(user)
    one = next(
        (one for one in near_codes.meant_by(database.session, said) if one.code == code), None
    )
    company = company_directory.find(database.session, user, one.public_id) if one else None
    if company is None:
        return redirect(url_for("support.index", q=said), 303)
    near_codes.choose(database.session, company, said, code)
    return redirect(url_for("support.company", public_id=company.public_id), 303)


@blueprint.route("/support/<public_id>", methods=["GET", "POST"])
@support_only
def company(user: User, public_id: str) -> ViewResponse:
    """Show a company's approver: whose move it is, step, answers, last error, letters, links and history."""
    facts = company_overview.facts(database.session, user, public_id)
    if facts is None:
        abort(404)
    note_reading(user, facts.company, facts.connection)
    address = _fresh_link(user, facts.company) if request.method == "POST" else None
    help_step = step_for(facts.connection.cause) if facts.connection else ""
    return render_template(
        "support/company.html",
        company=facts.company,
        connection=facts.connection,
        help_step=help_step,
        help_copied=help_address(help_step),
        invitation=facts.invitation,
        standing=facts.standing,
        situations=situations(service.places(database.session, facts.company)),
        events=event_texts.rows(company_overview.history(database.session, facts.company)),
        link=address,
        mark=support_view.mark(database.session, facts.company),
        **_of_invitation(facts.invitation, address),
    )


@blueprint.get("/support/<public_id>/laget")
@support_only
def progress(user: User, public_id: str) -> ViewResponse:
    """JSON for the page, which is loaded anew when something has happened."""
    found = company_directory.find(database.session, user, public_id)
    if found is None:
        abort(404)
    here = url_for("support.company", public_id=public_id)
    return make_response({"at": support_view.mark(database.session, found), "next": here})


@blueprint.post("/support/<public_id>/mejla-lank")
@support_only
def mail_link(user: User, public_id: str) -> ViewResponse:
    """Mail another link to whom the last one was mailed."""
    need_mail()
    found = company_directory.find(database.session, user, public_id)
    if found is None:
        abort(404)
    invitation = lifecycle.living_invitation(database.session, found)
    earlier = for_support.last_recipient(database.session, invitation) if invitation else None
    if invitation is None or earlier is None:
        flash(gettext("There is no address to mail a link to. Copy one instead."), "error")
        return redirect(url_for("support.company", public_id=public_id), 303)
    limits.letters(invitation.public_id)
    limits.letter_to(earlier.recipient, user.email, found.firm_id)
    for_support.mail_link(database.session, invitation, user, earlier)
    flash(gettext("The mail to %(address)s is on its way.", address=earlier.recipient))
    return redirect(url_for("support.company", public_id=public_id), 303)


@blueprint.route("/support/<public_id>/se-som-hon", methods=["GET", "POST"])
@support_only
def see(user: User, public_id: str) -> ViewResponse:
    """Show the approver's page of one link, read-only; the firm and the audit trail are told why."""
    found = company_directory.find(database.session, user, public_id)
    if found is None:
        abort(404)
    invitation = support_view.newest_invitation(database.session, found)
    asked = request.args.get("lank", type=int)
    key = support_view.find_link(database.session, invitation, asked) if invitation else None
    if invitation is None or key is None:
        flash(gettext("There is no link to look at."), "error")
        return redirect(url_for("support.company", public_id=public_id), 303)
    form = SeeForm(own=own_of(found.firm))
    if not form.validate_on_submit():
        return render_template("support/see.html", company=found, form=form, link=asked)
    reason = clean_words(form.reason.data, form.own, LONGEST_REASON) or ""
    for_support.note_seen_as(database.session, invitation, user, reason)
    return seen_as(key)


def _of_invitation(invitation: InvitationFacts | None, address: str | None) -> dict[str, Any]:
    """The letters and links of the newest invitation, and what to say to whom it was last seen by."""
    if invitation is None:
        return {"letters": [], "links": [], "answer": None, "can_mail": False}
    links = support_view.links(database.session, invitation.id)
    key = database.session.get(InvitationKey, links[0].id) if links else None
    attempt = support_view.deciding_attempt(database.session, key) if key else None
    return {
        "letters": letter_rows(support_view.letters(database.session, invitation.id)),
        "links": link_rows(links),
        "answer": ready_answer(key, attempt, address) if key else None,
        "can_mail": can_mail(),
    }


def _fresh_link(user: User, company: Company) -> str | None:
    """Another link for the approver, within the sender's rate limit."""
    invitation = lifecycle.living_invitation(database.session, company)
    try:
        if invitation is None:
            raise InvitationEndedError
        limits.links(company)
        return link_address(lifecycle.show_link(database.session, invitation, user))
    except InvitationEndedError:
        flash(gettext("The invitation has ended. The firm can activate anew."), "error")
        return None
