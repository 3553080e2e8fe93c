"""Support on the phone: search, the approver's situation, and the link that helps."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Company, User
from wizard.services.companies import company_directory, company_overview, near_codes
from wizard.services.companies import support_search as service
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import InvitationEndedError
from wizard.services.values.search import clean_search
from wizard.web import event_texts, limits, references
from wizard.web.help.links import step_for
from wizard.web.hooks.access import ViewResponse, support_only
from wizard.web.hooks.heads import note_reading
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
    """Show a company's approver: step, since when, last error, and history."""
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
    )


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
