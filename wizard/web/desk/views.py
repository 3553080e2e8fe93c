"""The first page of those who run the service, how everything is and whose move it is; and the flow of the guide."""

from flask import Blueprint, render_template

from wizard.extensions import database, providers
from wizard.models import User
from wizard.services.desk import overview as service
from wizard.services.upkeep import heartbeat
from wizard.web.admin.pulse import shown_pulse
from wizard.web.desk import verdict
from wizard.web.desk.flow import Flow, bar_words, flow_here, half_words, most_words, place_words
from wizard.web.hooks.access import ViewResponse, admin_only, members_only, support_only

blueprint = Blueprint("desk", __name__)


@blueprint.get("/admin")
@support_only
def index(_user: User) -> ViewResponse:
    """Say how everything is, whose move it is for how many companies, and what has failed."""
    found = service.overview(database.session)
    pulse = heartbeat.pulse(database.session)
    sentence, is_well = verdict.verdict(found, pulse)
    only = next(iter(providers)) if len(providers) == 1 else None
    return render_template(
        "desk/index.html",
        overview=found,
        sentence=sentence,
        is_well=is_well,
        outage_words=verdict.outage_words,
        only_provider=only,
        pulse=shown_pulse(pulse),
    )


@blueprint.get("/admin/flode")
@admin_only
def flow(_user: User) -> ViewResponse:
    """How many approvers came to each step, went on and left, in a week: of all firms, or of one."""
    return _flow_page(flow_here("desk.flow"))


@blueprint.get("/foretag/flode")
@members_only
def flow_of_firm(user: User) -> ViewResponse:
    """The same of the member's own firm."""
    return _flow_page(flow_here("desk.flow_of_firm", user.firm_id))


def _flow_page(flow: Flow) -> ViewResponse:
    return render_template(
        "desk/flow.html",
        flow=flow,
        place_words=place_words,
        half_words=half_words,
        most_words=most_words,
        bar_words=bar_words,
    )
