"""The API's blueprint: the steps that every request goes through, in order."""

from flask import Blueprint, Response, request

from wizard.extensions import csrf
from wizard.web.api import authentication, problems, rates, requests
from wizard.web.api.description import NEEDS
from wizard.web.api.problems import ProblemError

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
LARGEST_TABLE = 6 * 1024 * 1024  # as JSON escapes it
csrf.exempt(blueprint)  # forgery is impossible: a browser never adds the key by itself


@blueprint.url_value_preprocessor
def _let_a_table_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A list of companies may be larger than other bodies; decided before the body is read."""
    if endpoint == "api.create_import":
        request.max_content_length = LARGEST_TABLE


@blueprint.before_request
def _admit() -> None:
    authentication.authenticate()
    rates.count()
    authentication.require(NEEDS[(request.endpoint or "").removeprefix("api.")])
    requests.check()
    if request.method == "POST" and request.endpoint not in WITHOUT_BODY:
        requests.check_body()


@blueprint.errorhandler(ProblemError)
def _answer(error: ProblemError) -> Response:
    return problems.answer(error)


blueprint.after_request(rates.tell)

# Actions whose address says everything: their request body is ignored.
WITHOUT_BODY = {
    "api.withdraw_invitation",
    "api.check_connection",
    "api.disconnect_connection",
}
