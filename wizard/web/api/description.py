"""The OpenAPI 3.1 description, which spectree makes from the views and validates requests against."""

from collections.abc import Callable
from threading import Lock
from typing import Any, cast

from flask import Response as FlaskResponse
from pydantic import BaseModel, ValidationError
from spectree import Response, SecurityScheme, SpecTree, Tag
from spectree.models import SecureType, SecuritySchemeData
from spectree.plugins.flask_plugin import FlaskPlugin

from wizard.models import Scope
from wizard.web.api import headers, problems
from wizard.web.api.fields import ID_EXAMPLE, ID_PATTERN
from wizard.web.api.problems import ProblemError
from wizard.web.api.requests import LONGEST_ID
from wizard.web.api.schemas import Problem
from wizard.web.api.vocabulary import marked
from wizard.web.hooks.access import ViewResponse

View = Callable[..., Any]
VERSION = "1.0"
WITH_BODY = (400, 413, 415, 422)
LIST = (404, 422)
READ = (404, 422)
BOOKS = (404, 409, 422)
ALWAYS = (401, 403, 406, 429, 500, 503)
HEADERS = {"Repeatable", "Parted"}  # the models that describe request headers
EARLY = (429, 500, 503)  # possible before the key's rate limit is counted
TAGS = {
    "companies": Tag(name="companies", description=marked("The firm’s client companies")),
    "invitations": Tag(
        name="invitations", description=marked("Invitations to approve a connection")
    ),
    "imports": Tag(name="imports", description=marked("Lists of companies from spreadsheets")),
    "connections": Tag(
        name="connections", description=marked("Connections to the accounting program")
    ),
    "documents": Tag(name="documents", description=marked("Vouchers and their files")),
    "handovers": Tag(name="handovers", description=marked("Signing in members from your platform")),
}


class Answers(Response):
    """The responses of an operation: its model by status, and its problems as problem+json."""

    def __init__(
        self,
        model: type[BaseModel] | None,
        *statuses: int,
        problems: tuple[int, ...] = (),
        made: bool = False,
        content: dict[str, Any] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        """``made`` adds a Location header to 201; ``content`` replaces JSON; ``more`` adds headers."""
        self.statuses = statuses or (200,)
        super().__init__(**{f"HTTP_{status}": model for status in self.statuses if model})
        self.problems = problems
        self.made = made
        self.content = content
        self.more = more or {}

    def generate_spec(self, naming_strategy: Callable[..., str] = str) -> dict[str, Any]:
        """The OpenAPI responses object of the operation."""
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
    """spectree's Flask plugin; it also describes ids in paths, and leaves streamed responses alone."""

    def parse_path(self, *args: Any, **options: Any) -> Any:
        """The path and its parameters; ids have a pattern or a length."""
        path, parameters = super().parse_path(*args, **options)
        for parameter in parameters:
            if parameter["schema"] == {"type": "string"} and parameter["name"].endswith("_id"):
                ours = {"pattern": ID_PATTERN, "examples": [ID_EXAMPLE]}
                foreign = {"minLength": 1, "maxLength": LONGEST_ID}
                known = parameter["name"] in OUR_IDS
                parameter["schema"] = {"type": "string", **(ours if known else foreign)}
        return path, parameters

    def validate_response(self, resp: Any, *args: Any, **options: Any) -> Any:
        """Return Flask responses unvalidated: ours are complete, and a stream must not be read here."""
        if isinstance(resp, FlaskResponse):
            return resp, None
        return super().validate_response(resp, *args, **options)


OUR_IDS = {
    "company_id": marked("The company’s id"),
    "import_id": marked("The import’s id"),
    "invitation_id": marked("The invitation’s id"),
    "connection_id": marked("The connection’s id"),
}


def _refuse(_request: Any, _response: Any, error: Any, *_: Any) -> None:
    """Answer an invalid request with a problem that names each invalid field."""
    if not isinstance(error, ValidationError):
        return
    wrong: dict[str, Any] = {}
    for each in error.errors():
        wrong.setdefault(str(each["loc"][0]), each)  # the first error of each field
    if "after" in wrong:
        raise ProblemError("cursor_unknown")
    raise ProblemError(
        "invalid", errors=[_field(name, each, error.title) for name, each in wrong.items()]
    )


def _field(name: str, error: Any, model: str) -> dict[str, str]:
    """The error of one field; all our request bodies are flat."""
    part = "header" if model in HEADERS else "query" if model.endswith("Asked") else "body"
    own = error["type"] == "value_error"
    return {
        "in": part,
        "pointer": f"/{name}" if part == "body" else name,
        "detail": "The value is not valid" if own else str(error["msg"]),
    }


def _problem(status: int) -> dict[str, Any]:
    """The OpenAPI response for a status, with the titles of the causes that have it."""
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


class Description(SpecTree):
    """Makes the schemas of its models when it is first asked for: most processes never are."""

    def __init__(self, **options: Any) -> None:
        self._waiting: list[tuple[Any, Any]] = []
        self._making = Lock()
        super().__init__(**options)

    def _add_model(self, model: Any, mode: Any = "validation") -> str:
        self._waiting.append((model, mode))
        return str(self.naming_strategy(model))

    def _generate_spec(self) -> dict[str, Any]:
        with self._making:
            for model, mode in self._waiting:
                super()._add_model(model, mode)
            return super()._generate_spec()


spec = Description(
    backend=Backend,
    mode="strict",  # describe only decorated views
    title="Kopplingsguiden",
    version=VERSION,
    description=marked("Invitations, connections and documents of your firm’s client companies."),
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
                description=marked("An API key, which an administrator creates for one firm: kg_…"),
            ),
        )
    ],
    security={"key": []},
)


NEEDS: dict[str, Scope] = {}  # the scope that each operation needs, by its id


def described(tag: str, scope: Scope, answers: Answers) -> Callable[[View], View]:
    """Describe an API view by its parameter types and these responses, and validate its requests.

    Only keys with this scope may use it.
    """

    def decorate(view: Callable[..., ViewResponse | BaseModel]) -> View:
        NEEDS[view.__name__] = scope
        decorated = spec.validate(
            resp=answers,
            tags=[TAGS[tag]],
            security={"key": [scope.value]},
            operation_id=view.__name__,
            path_parameter_descriptions=OUR_IDS,
        )
        return cast("View", decorated(view))

    return decorate
