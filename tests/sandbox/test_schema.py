"""All responses of the API, validated against Visma's published OpenAPI document."""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.sandbox.client import Client
from tests.support.standin import StandIn

PUBLISHED = Path(__file__).parents[3] / "shared" / "visma" / "openapi.json"
COMPANIES = (
    "Norrtälje Bokbinderi AB",
    "Gamla Bolaget AB",
    "Bara Fakturering AB",
    "Inga Dokument AB",
    "Inga Verifikat AB",
    "Norskt Selskap AS",
    "Saknar Nummer AB",
    "Enskild Firma Anna Ek",
    "Stora Bolaget AB",
)
FAILING = ("Modul Saknas AB", "Saknar Behörighet AB", "Överbelastade AB", "Trasiga Svar AB")
formats = FormatChecker(["uuid"])


@formats.checks("date-time", raises=ValueError)
def is_time(text: object) -> bool:
    """True for RFC 3339 with a time zone."""
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not PUBLISHED.exists():
        reason = f"{PUBLISHED.name} is not beside the repository (../shared/visma/)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    description: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return description


def schema_of(published: dict[str, Any], path: str, status: int) -> dict[str, Any]:
    """The schema of a response, with its references."""
    shown = "200" if status == 200 else "400"
    for template, item in published["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[0-9a-f-]{36}", re.escape(template))
        if re.fullmatch(pattern, path) and "get" in item:
            content = item["get"]["responses"][shown]["content"]["application/json"]
            return {**content["schema"], "components": published["components"]}
    raise AssertionError(f"Visma has no {path}")


def addresses(client: Client, token: str) -> Iterator[str]:
    """Every kind of URL of the API, with ids from the company's lists."""
    lists = ("users", "fiscalyears", "vouchers", "attachments", "supplierinvoices")
    yield from ("/companysettings", "/appstore/status", *(f"/{name}" for name in lists))
    for year in client.get("fiscalyears", token).json()["Data"]:
        yield f"/fiscalyears/{year['Id']}"
        yield f"/vouchers/{year['Id']}"
        for voucher in client.get(f"vouchers/{year['Id']}", token).json()["Data"]:
            yield f"/vouchers/{year['Id']}/{voucher['Id']}"
            if voucher["VoucherType"] in (14, 15):
                yield f"/customerinvoices/{voucher['SourceId']}"
                yield f"/customerinvoices/{voucher['SourceId']}/pdf"
                yield f"/documents/{voucher['SourceId']}"
    for name in ("attachments", "supplierinvoices"):
        for row in client.get(name, token).json()["Data"]:
            yield f"/{name}/{row['Id']}"


def demand_as_published(client: Client, token: str, path: str, published: dict[str, Any]) -> int:
    """Send a GET request and validate the response; returns the status."""
    answer = client.get(path.removeprefix("/"), token)
    schema = schema_of(published, path, answer.status_code)
    validator = Draft202012Validator(schema, format_checker=formats)
    mistakes = [
        f"{path} {error.json_path}: {error.message}"
        for error in validator.iter_errors(answer.json())
    ]
    assert mistakes == []
    return answer.status_code


@pytest.mark.parametrize("company", COMPANIES)
def test_every_response_matches_the_published_schema(
    standin: StandIn, published: dict[str, Any], company: str
) -> None:
    client = Client(standin)
    person = "Anna Ek" if "Anna Ek" in company else "Vera Välja"
    token = standin.mint(person, company)[0]["access_token"]
    for path in addresses(client, token):
        assert demand_as_published(client, token, path, published) == 200


@pytest.mark.parametrize("company", FAILING)
def test_every_error_matches_the_published_schema(
    standin: StandIn, published: dict[str, Any], company: str
) -> None:
    client = Client(standin)
    token = standin.mint("Vera Välja", company)[0]["access_token"]
    assert demand_as_published(client, token, "/vouchers", published) >= 400


def test_the_schema_would_notice_a_mistake(published: dict[str, Any]) -> None:
    schema = schema_of(published, "/companysettings", 200)
    validator = Draft202012Validator(schema, format_checker=formats)
    wrong = {"Name": 1, "AccountingLockedTo": "igår", "Hittepå": True}
    assert len(list(validator.iter_errors(wrong))) >= 4
