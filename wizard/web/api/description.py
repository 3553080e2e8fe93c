"""The API's description, OpenAPI 3.1, made by spectree from the views, and requests checked against it."""

from collections.abc import Callable
from typing import Any, cast

from flask import Response as FlaskResponse
from pydantic import BaseModel, ValidationError
from spectree import Response, SecurityScheme, SpecTree, Tag
from spectree.models import SecureType, SecuritySchemeData
from spectree.plugins.flask_plugin import FlaskPlugin

from wizard.web.access import Answer
from wizard.web.api import headers, problems
from wizard.web.api.fields import ID_EXAMPLE, ID_PATTERN
from wizard.web.api.problems import ProblemError
from wizard.web.api.requests import LONGEST_ID
from wizard.web.api.schemas import Problem
from wizard.web.api.words import marked

View = Callable[..., Any]
VERSION = "1.0"
WITH_BODY = (400, 413, 415, 422)
LIST = (404, 422)
READ = (404, 422)
BOOKS = (404, 409, 422)
ALWAYS = (401, 406, 429, 500, 503)
HEADERS = {"Repeatable", "Parted"}  # models of headers
EARLY = (429, 500, 503)  # may come before the key is known and counted
TAGS = {
    "companies": Tag(name="companies", description=marked("The firm's client companies")),
    "invitations": Tag(name="invitations", description=marked("Links for those who approve")),
    "connections": Tag(name="connections", description=marked("What has been approved")),
    "documents": Tag(name="documents", description=marked("Vouchers and the files behind them")),
    "handovers": Tag(name="handovers", description=marked("Members on their way to our pages")),
}


class Answers(Response):
    """What an operation answers: its model by status, and each of its problems as problem+json."""

    def __init__(
        self,
        model: type[BaseModel] | None,
        *statuses: int,
        problems: tuple[int, ...] = (),
        made: bool = False,
        content: dict[str, Any] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        """``made`` adds Location to 201; ``content`` is instead of JSON, with ``more`` headers."""
        self.statuses = statuses or (200,)
        super().__init__(**{f"HTTP_{status}": model for status in self.statuses if model})
        self.problems = problems
        self.made = made
        self.content = content
        self.more = more or {}

    def generate_spec(self, naming_strategy: Callable[..., str] = str) -> dict[str, Any]:
        """The responses of the operation."""
        found = {str(status): self._good(status, naming_strategy) for status in self.statuses}
        for status in sorted({*self.problems, *ALWAYS}):
            found[str(status)] = _problem(status)
        return found

    def _good(self, status: int, naming_strategy: Callable[..., str]) -> dict[str, Any]:
        model = self.find_model(status)
        content = self.content or {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{naming_strategy(model)}"}
            }
        }
        known = {**headers.ALWAYS, **headers.RATES, **self.more}
        if self.made and status == 201:
            known |= headers.LOCATION
        if status == 206:
            known |= headers.PART
        description = self.get_code_description(f"HTTP_{status}")
        return {"description": description, "headers": known, "content": content}


class Backend(FlaskPlugin):
    """Flask, with the ids of paths described, and streamed answers let through as they are."""

    def parse_path(self, *args: Any, **options: Any) -> Any:
        """The path and its parameters."""
        path, parameters = super().parse_path(*args, **options)
        for parameter in parameters:
            if parameter["schema"] == {"type": "string"} and parameter["name"].endswith("_id"):
                ours = {"pattern": ID_PATTERN, "examples": [ID_EXAMPLE]}
                foreign = {"minLength": 1, "maxLength": LONGEST_ID}
                known = parameter["name"] in OUR_IDS
                parameter["schema"] = {"type": "string", **(ours if known else foreign)}
        return path, parameters

    def validate_response(self, resp: Any, *args: Any, **options: Any) -> Any:
        """Our own responses are whole already, and a stream must not be read here."""
        if isinstance(resp, FlaskResponse):
            return resp, None
        return super().validate_response(resp, *args, **options)


OUR_IDS = {
    "company_id": marked("The company's id"),
    "invitation_id": marked("The invitation's id"),
    "connection_id": marked("The connection's id"),
}


def _refuse(_request: Any, _response: Any, error: Any, *_: Any) -> None:
    """Answer a request that does not fit with a problem that names each field."""
    if not isinstance(error, ValidationError):
        return
    wrong: dict[str, Any] = {}
    for each in error.errors():
        wrong.setdefault(str(each["loc"][0]), each)  # its first error
    if "after" in wrong:
        raise ProblemError("cursor_unknown")
    raise ProblemError(
        "invalid", errors=[_field(name, each, error.title) for name, each in wrong.items()]
    )


def _field(name: str, error: Any, model: str) -> dict[str, str]:
    """What is not right with a field; all our bodies are flat."""
    part = "header" if model in HEADERS else "query" if model.endswith("Asked") else "body"
    own = error["type"] == "value_error"
    return {
        "in": part,
        "pointer": f"/{name}" if part == "body" else name,
        "detail": "The value is not right" if own else str(error["msg"]),
    }


def _problem(status: int) -> dict[str, Any]:
    """A problem as it is described, with those of our causes that have this status."""
    causes = [cause for cause, kind in problems.KINDS.items() if kind.status == status]
    titles = "; ".join(problems.KINDS[cause].title for cause in causes)
    known = dict(headers.ALWAYS)
    if status == 401:
        known |= headers.CHALLENGE
    else:
        known |= headers.RATES if status not in EARLY else headers.MAYBE_RATES
    if status in {429, 503}:
        known |= headers.RETRY
    if status == 416:
        known |= headers.PART
    example = {
        "type": f"https://koppla.example.se/api/v1/#{problems.anchor(causes[0])}",
        "title": problems.KINDS[causes[0]].title,
        "status": status,
        "cause": causes[0],
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": titles,
        "headers": known,
        "content": {problems.MIME: {"schema": schema, "example": example}},
    }


spec = SpecTree(
    backend=Backend,
    mode="strict",  # only what is described here
    title="Kopplingsguiden",
    version=VERSION,
    description=marked("Links, connections and documents of your firm's client companies."),
    before=_refuse,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    validation_error_model=Problem,
    security_schemes=[
        SecurityScheme(
            name="key",
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description=marked("A key that an admin makes, for one firm: kg_…"),
            ),
        )
    ],
    security={"key": []},
)


def described(tag: str, answers: Answers) -> Callable[[View], View]:
    """Describe a view of the API by its parameters' types and these answers, and check its requests."""

    def decorate(view: Callable[..., Answer | BaseModel]) -> View:
        decorated = spec.validate(
            resp=answers,
            tags=[TAGS[tag]],
            operation_id=view.__name__,
            path_parameter_descriptions=OUR_IDS,
        )
        return cast("View", decorated(view))

    return decorate
