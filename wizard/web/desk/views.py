"""The first page of those who run the service: how everything is, and whose move it is."""

from flask import Blueprint, render_template

from wizard.extensions import database, providers
from wizard.models import User
from wizard.services.desk import overview as service
from wizard.services.upkeep import heartbeat
from wizard.web.admin.pulse import shown_pulse
from wizard.web.desk import verdict
from wizard.web.hooks.access import ViewResponse, support_only

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
