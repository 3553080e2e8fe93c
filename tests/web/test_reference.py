"""The API's description: true in form, said on a page in both languages, the same words in both places."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.client import Browser
from wizard.causes import Cause
from wizard.models import WebhookType
from wizard.web.api.problems import KINDS
from wizard.web.reference import messages
from wizard.web.reference.examples import example
from wizard.web.reference.field_texts import DOCSTRINGS

Open = Callable[..., Browser]


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The description, as served."""
    answer = app.test_client().get("/api/v1/openapi.json")
    assert "Set-Cookie" not in answer.headers
    found: dict[str, Any] = answer.get_json()
    return found


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """All that can be asked for."""
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_openapi_describes_every_view_of_the_api(app: Flask, document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    views = {name.partition(".")[2] for name in app.view_functions if name.startswith("api.")}
    assert {operation["operationId"] for operation in operations(document)} == views
    assert document["security"] == [{"key": []}]
    assert document["servers"] == [{"url": "http://localhost"}]


def test_openapi_has_shapes_that_are_shapes_and_lets_nothing_unnamed_in(
    document: dict[str, Any],
) -> None:
    to_receivers = messages.shapes()  # who must put up with more
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema.get("additionalProperties") is (name in to_receivers), name


def test_openapi_names_each_problem_an_operation_can_answer(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, answer in operation["responses"].items():
            assert "X-Request-Id" in answer["headers"]
            problem = status >= "400"
            assert ("application/problem+json" in answer["content"]) is problem
        assert {"401", "429", "500", "503"} <= set(operation["responses"])


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a value is what a schema of the description says."""
    whole = {**schema, "components": document["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker()).is_valid(value)


def test_every_shape_has_an_example_that_fits_it(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    for name, schema in shapes.items():
        assert fits(example(schema, shapes), schema, document), name
    assert not fits({}, shapes["Problem"], document)


def test_openapi_describes_every_message_to_receivers_as_it_is_made(
    document: dict[str, Any],
) -> None:
    assert set(document["webhooks"]) == {kind.value for kind in WebhookType}
    for kind, item in document["webhooks"].items():
        content = item["post"]["requestBody"]["content"]["application/json"]
        said = content["example"]
        assert said["type"] == kind
        assert fits(said, content["schema"], document), kind
        assert fits({**said, "more": 1}, content["schema"], document)
        assert not fits({**said, "version": 2}, content["schema"], document)
        assert ("renewal_page" in said["data"]) is (kind == "connection.renewal_needed")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_index_says_all_of_it(browser: Open, document: dict[str, Any], language: str) -> None:
    page = browser().get(f"/api/v1/?lang={language}", 200)
    for operation in operations(document):
        assert f'id="{operation["operationId"]}"' in page.text
    for kind in WebhookType:
        assert f'id="told-{kind.value}"' in page.text
    for cause in [*KINDS, *(cause.value for cause in Cause)]:
        assert f'id="problem-{cause}"' in page.text
    if language == "sv":
        assert "Lägg till ett företag hos byrån." in page.words


def test_what_stands_in_docstrings_is_what_is_translated(document: dict[str, Any]) -> None:
    said = [(each["summary"], each["description"]) for each in operations(document)]
    shown = [
        schema["description"]
        for schema in document["components"]["schemas"].values()
        if schema.get("type") == "object"
    ]
    texts = {" ".join(text.split()) for text in [*(each for pair in said for each in pair), *shown]}
    assert texts - {""} == set(DOCSTRINGS)
