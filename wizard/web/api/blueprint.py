"""The part of the application that speaks JSON: what every request of it goes through, in its order."""

from flask import Blueprint, Response, request

from wizard.extensions import csrf
from wizard.web.api import authentication, problems, rates, requests
from wizard.web.api.problems import ProblemError

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)  # a forged request has no key: browsers send none by themselves


@blueprint.before_request
def _admit() -> None:
    authentication.authenticate()
    rates.count()
    requests.check()
    if request.method == "POST" and request.endpoint not in WITHOUT_BODY:
        requests.check_body()


@blueprint.errorhandler(ProblemError)
def _answer(error: ProblemError) -> Response:
    return problems.answer(error)


blueprint.after_request(rates.tell)

# Verbs on what is there: what to do stands in the address, and a body is not looked at.
WITHOUT_BODY = {
    "api.withdraw_invitation",
    "api.check_connection",
    "api.disconnect_connection",
}
