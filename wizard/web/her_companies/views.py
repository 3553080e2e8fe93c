"""Dina företag: every company that a firm asks one person to approve, walked one after another."""

from flask import Blueprint, render_template

from wizard.extensions import database
from wizard.services.invitations import contact_keys
from wizard.services.invitations.contact_keys import State
from wizard.web.onboarding import held_links
from wizard.web.onboarding.visit import ViewResponse, closed_page, visit_to

blueprint = Blueprint("her_companies", __name__)


@blueprint.get("/dina-foretag/<public_id>")
def index(public_id: str) -> ViewResponse:
    """What waits, what is done, and what is not possible any more; nothing is written."""
    key = held_links.held_list(public_id)
    companies = contact_keys.companies_of(database.session, key) if key else []
    if not companies:
        return closed_page()
    following = contact_keys.next_of(companies)
    shown = (following or companies[0]).key  # whose code she says on the phone
    return render_template(
        "her_companies/index.html",
        visit=visit_to(shown.invitation, shown.open_step),
        following=following,
        waiting=[one for one in companies if one.state in contact_keys.WAITING],
        done=[one for one in companies if one.state is State.DONE],
        gone=[one for one in companies if one.state is State.GONE],
        number=len(companies),
        has_begun=any(one.state is not State.NEW for one in companies),
    )
