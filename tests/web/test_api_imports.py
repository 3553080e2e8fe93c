"""Imports by the API: judged, added by the background, read line by line, safe to ask for again."""

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.tables import line, number, table, wrong_number
from wizard.models import Company, CompanyImport
from wizard.services.api import api_keys
from wizard.services.imports import running
from wizard.services.imports.running import Work
from wizard.services.throttling.letter_caps import Caps


def platform_of(app: Flask, session: Session, firm: object) -> Platform:
    return Platform(app.test_client(), api_keys.create(session, firm, "x", None).secret)  # type: ignore[arg-type]


def test_a_list_is_judged_added_and_read_line_by_line(
    app: Flask, session: Session, cast: Cast
) -> None:
    platform = platform_of(app, session, cast.firm)
    body = {"text": table([line(1), f"{wrong_number(2)};B AB;;", line(1)])}
    once = {"Idempotency-Key": "one"}
    made = platform.post("/imports", body, 201, headers=once).body
    again = platform.post("/imports", body, 201, headers=once).body
    assert again["id"] == made["id"]
    assert (made["status"], made["lines"], made["to_add"]) == ("running", 3, 1)
    assert made["fates"] == {"new": 1, "check_digit_wrong": 1, "duplicate": 1}
    found = session.scalars(select(CompanyImport)).one()
    running.run(Work(app.extensions["sessions"], "visma", Caps(20, 300, 1000)), found.id)
    read = platform.get(f"/imports/{made['id']}", 200).body
    assert (read["status"], read["added"]) == ("done", 1)
    page = platform.get(f"/imports/{made['id']}/lines?limit=2", 200).body
    assert [(each["number"], each["fate"], each["wrong"]) for each in page["items"]] == [
        (2, "new", None),
        (3, "check_digit_wrong", wrong_number(2)),
    ]
    company = session.scalars(select(Company).where(Company.organisation_number == number(1))).one()
    assert page["items"][0]["company_id"] == company.public_id
    rest = platform.get(f"/imports/{made['id']}/lines?after={page['next']}", 200).body
    assert [each["duplicate_of"] for each in rest["items"]] == [2]


def test_what_is_only_to_be_judged_or_cannot_be_read_adds_nothing(
    app: Flask, session: Session, cast: Cast
) -> None:
    platform = platform_of(app, session, cast.firm)
    made = platform.post("/imports", {"text": line(1), "start": False}, 201).body
    assert made["status"] == "read"
    refused = platform.post("/imports", {"text": "Orgnr;Namn"}, 422)
    assert refused.body["errors"][0]["pointer"] == "/text"
    without_mail = platform.post("/imports", {"text": line(1), "invite": True}, 409)
    assert without_mail.cause == "no_mail"
    large = platform.post("/imports", {"text": table(map(line, range(4000)))}, 201).body
    assert large["to_add"] == 4000
    assert session.scalar(select(func.count(Company.id))) == 2
    other = platform_of(app, session, cast.other_firm)
    assert other.get(f"/imports/{made['id']}").status == 404
