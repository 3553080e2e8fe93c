"""Operation on hand-overs: signing a member in from the platform."""

from flask import Response

from wizard.extensions import database
from wizard.models import Scope
from wizard.services.api import handovers
from wizard.services.api.handovers import MemberUnknownError
from wizard.web.api import schemas, shapes
from wizard.web.api.authentication import caller
from wizard.web.api.blueprint import blueprint
from wizard.web.api.company_views import record_of
from wizard.web.api.description import WITH_BODY, Answers, described
from wizard.web.api.problems import ProblemError
from wizard.wiring.addresses import handover_address


@blueprint.post("/handovers")
@described("handovers", Scope.HANDOVER, Answers(schemas.Handover, 201, problems=(*WITH_BODY, 404)))
def create_handover(json: schemas.NewHandover) -> Response:
    """Create an address that signs a member in, once, within 60 seconds.

    Redirect the member’s browser to it at once. The member confirms with a button and comes to the
    company’s page. The member must be active and belong to the key’s firm; otherwise the response is 404.
    """
    company = record_of(json.company_id).company
    try:
        member = handovers.find_member(database.session, caller(), json.user_email)
    except MemberUnknownError:
        raise ProblemError("member_unknown") from None
    offer = handovers.offer(database.session, caller(), member, company)
    body = schemas.Handover(url=handover_address(offer.secret), expires_at=offer.expires_at)
    return shapes.answer(body, 201)
