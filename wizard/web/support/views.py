"""Support on the phone: one field, where the person is, and the link that helps her."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import Company, User
from wizard.services import company_page, invitations
from wizard.services import support as service
from wizard.services.invitations import InvitationEndedError
from wizard.services.searching import clean_search
from wizard.web import history, limits
from wizard.web.access import Answer, support_only
from wizard.web.addresses import link_address
from wizard.web.help.links import step_for
from wizard.web.support.situation import help_address, situations

blueprint = Blueprint("support", __name__)


@blueprint.get("/support")
@support_only
def index(_user: User) -> Answer:
    """A code, a number, a name or a mail address; one company that is meant is shown at once."""
    search = clean_search(request.args.get("q", ""))
    rows = service.find(database.session, search) if search else []
    if len(rows) == 1:
        return redirect(url_for("support.company", public_id=rows[0].public_id), 303)
    return render_template("support/index.html", search=search, rows=rows, most=service.MOST)


@blueprint.route("/support/<public_id>", methods=["GET", "POST"])
@support_only
def company(user: User, public_id: str) -> Answer:
    """Where the person is, since when, what went wrong last, and what has happened."""
    facts = company_page.facts(database.session, user, public_id)
    if facts is None:
        abort(404)
    address = _fresh_link(user, facts.company) if request.method == "POST" else None
    help_step = step_for(facts.connection.cause) if facts.connection else ""
    return render_template(
        "support/company.html",
        company=facts.company,
        connection=facts.connection,
        help_step=help_step,
        help_copied=help_address(help_step),
        invitation=facts.invitation,
        situations=situations(service.places(database.session, facts.company)),
        events=history.rows(company_page.history(database.session, facts.company)),
        link=address,
    )


def _fresh_link(user: User, company: Company) -> str | None:
    """One more link for the approver, within the same limits as the sender's own."""
    invitation = invitations.living_invitation(database.session, company)
    try:
        if invitation is None:
            raise InvitationEndedError
        limits.links(invitation)
        return link_address(invitations.show_link(database.session, invitation, user))
    except InvitationEndedError:
        flash(gettext("The invitation has ended. The firm can activate anew."), "error")
        return None
