"""Members on their way from the platform to our pages."""

from flask import Response

from wizard.extensions import database
from wizard.services import handover
from wizard.services.handover import MemberUnknownError
from wizard.web.addresses import handover_address
from wizard.web.api import schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.company_views import record_of
from wizard.web.api.description import WITH_BODY, Answers, described
from wizard.web.api.problems import ProblemError


@blueprint.post("/handovers")
@described("handovers", Answers(schemas.Handover, 201, problems=(*WITH_BODY, 404)))
def create_handover(json: schemas.NewHandover) -> Response:
    """Ask for an address that signs a member in, once, within 60 seconds.

    Send her browser there at once. She presses a button that names her, and lands at the company's data.
    Only active members of the firm; everybody else is not there.
    """
    company = record_of(json.company_id).company
    try:
        member = handover.find_member(database.session, caller(), json.user_email)
    except MemberUnknownError:
        raise ProblemError("member_unknown") from None
    offer = handover.offer(database.session, caller(), member, company)
    body = schemas.Handover(url=handover_address(offer.secret), expires_at=offer.expires_at)
    return shapes.answer(body, 201)
