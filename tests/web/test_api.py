"""The API: who may ask, what is told, and what is refused in which words."""

import json
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.connections import make_connection
from tests.support.transactions import Statements
from wizard.models import (
    Actor,
    ApiKey,
    Company,
    Connection,
    ConnectionStatus,
    Event,
    EventKind,
    Invitation,
    KeyPurpose,
)
from wizard.services.api import api_keys
from wizard.services.invitations import lifecycle

UNKNOWN = "2" * 16
NEW = {"name": "Norrtälje Bokbinderi AB", "organisation_number": "559900-1079"}


@pytest.fixture
def platform(app: Flask, session: Session, cast: Cast) -> Platform:
    """With a key to the cast's firm."""
    return Platform.of(app, session, cast.firm)


@pytest.fixture
def other(app: Flask, session: Session, cast: Cast) -> Platform:
    """With a key to the other firm."""
    return Platform.of(app, session, cast.other_firm)


@pytest.fixture
def stranger(app: Flask) -> Platform:
    """Without a key."""
    return Platform(app.test_client())


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """A connection of the cast's company."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    return make_connection(session, link)


def test_without_a_key_everything_asks_for_one(stranger: Platform, cast: Cast) -> None:
    for method, path in [
        ("GET", "/companies"),
        ("POST", "/companies"),
        ("GET", f"/companies/{cast.company.public_id}"),
        ("GET", f"/connections/{UNKNOWN}/fiscal-years"),
        ("POST", "/handovers"),
    ]:
        answer = stranger.ask(method, path, 401)
        assert answer.cause == "unauthenticated"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer kg_" + "a" * 43, "Bearer \xe5"]
)
def test_what_is_no_key_is_refused(stranger: Platform, header: str) -> None:
    assert stranger.get("/companies", 401, headers={"Authorization": header}).cause


def test_a_session_of_staff_is_no_key(browser: Callable[..., Browser], cast: Cast) -> None:
    signed_in = Platform(browser(cast.owner).client)
    assert signed_in.get("/companies", 401).cause == "unauthenticated"


def test_a_revoked_key_opens_nothing_at_once(platform: Platform, session: Session) -> None:
    platform.get("/companies", 200)
    key = session.scalars(select(ApiKey)).one()
    assert key.last_used_at is not None
    api_keys.revoke(session, key.public_id, None)
    assert platform.get("/companies", 401).cause == "unauthenticated"


@pytest.mark.usefixtures("half_past")
def test_many_tries_without_a_key_are_slowed_and_the_right_key_is_not(
    stranger: Platform, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.web.api.authentication.FAILURES_A_MINUTE", 3)
    for _ in range(3):
        stranger.get("/companies", 401)
    answer = stranger.get("/companies", 429)
    assert answer.cause == "too_many_requests"
    assert int(answer.headers["Retry-After"]) > 0
    platform.get("/companies", 200)


def test_a_company_is_added_read_and_found(platform: Platform) -> None:
    made = platform.post("/companies", NEW, 201)
    company = made.body
    assert company["organisation_number"] == "5599001079"
    assert company["connection"] is None
    assert company["upload_url"].endswith(f"/foretag/{company['id']}/ladda-upp-data")
    assert made.headers["Location"] == f"/api/v1/companies/{company['id']}"
    assert platform.get(f"/companies/{company['id']}", 200).body == company
    found = platform.get("/companies?organisation_number=559900-1079", 200).body
    assert [each["id"] for each in found["items"]] == [company["id"]]
    assert platform.get("/companies?organisation_number=0000000000", 200).body["items"] == []
    again = platform.post("/companies", NEW, 409)
    assert again.cause == "company_exists"
    assert company["id"] in again.body["detail"]


def test_others_things_look_like_things_there_are_not(
    other: Platform, cast: Cast, connection: Connection
) -> None:
    invitation = connection.invitation_id
    assert invitation
    ours = [
        ("GET", "/companies/{}", cast.company.public_id),
        ("POST", "/companies/{}/invitations", cast.company.public_id),
        ("GET", "/connections/{}", connection.public_id),
        ("POST", "/connections/{}/check", connection.public_id),
        ("POST", "/connections/{}/disconnect", connection.public_id),
        ("GET", "/connections/{}/fiscal-years", connection.public_id),
        ("GET", "/connections/{}/fiscal-years/x/vouchers", connection.public_id),
        ("GET", "/connections/{}/fiscal-years/x/vouchers/y", connection.public_id),
        ("GET", "/connections/{}/fiscal-years/x/vouchers/y/documents", connection.public_id),
        (
            "GET",
            "/connections/{}/fiscal-years/x/vouchers/y/documents/z/content",
            connection.public_id,
        ),
    ]
    for method, path, public_id in ours:
        options: dict[str, object] = {"json": {}} if path.endswith("invitations") else {}
        foreign = other.ask(method, path.format(public_id), 404, **options)
        unknown = other.ask(method, path.format(UNKNOWN), 404, **options)
        assert foreign.body == unknown.body
    listed = [each["id"] for each in other.get("/companies", 200).body["items"]]
    assert listed == [cast.other_company.public_id]
    assert other.get("/connections", 200).body["items"] == []
    assert other.get("/companies?after=x", 404).cause == "cursor_unknown"
    cursor = other.get(f"/companies?after={cast.company.public_id}", 404)
    assert cursor.cause == "cursor_unknown"


def test_an_invitation_is_made_once_and_its_link_stands_in_that_answer_alone(
    platform: Platform, session: Session, cast: Cast
) -> None:
    path = f"/companies/{cast.company.public_id}/invitations"
    made = platform.post(path, {}, 201)
    link = made.body["link"]
    assert link.startswith("http://localhost/k/")
    read = platform.get(made.headers["Location"].removeprefix("/api/v1"), 200)
    assert "link" not in read.body
    assert link.rpartition("/")[2].encode() not in read.data
    again = platform.post(path, {}, 201).body
    assert (again["id"], again["link"] != link) == (made.body["id"], True)
    assert len(session.scalars(select(Invitation)).all()) == 1
    event = session.scalars(select(Event).where(Event.kind == EventKind.LINK_MADE)).first()
    assert event is not None
    assert (event.actor, event.api_key.name if event.api_key else "") == (
        Actor.PLATFORM,
        "Senseworks Analys",
    )


def test_an_invitation_is_a_members_when_she_is_named(
    platform: Platform, session: Session, cast: Cast
) -> None:
    path = f"/companies/{cast.company.public_id}/invitations"
    for nobody in (cast.stranger, cast.admin, cast.support):
        assert platform.post(path, {"sender": nobody.email}, 404).cause == "member_unknown"
    platform.post(path, {"sender": cast.owner.email}, 201)
    assert session.scalars(select(Invitation)).one().created_by_id == cast.owner.id


def test_an_invitation_is_withdrawn_and_then_gives_no_link(platform: Platform, cast: Cast) -> None:
    made = platform.post(f"/companies/{cast.company.public_id}/invitations", {}, 201).body
    resent = platform.post(f"/invitations/{made['id']}/resend", {}, 200).body
    assert resent["link"] not in {None, made["link"]}
    for _ in range(2):
        ended = platform.post(f"/invitations/{made['id']}/withdraw", status=200).body
        assert ended["status"] == "withdrawn"
    assert platform.post(f"/invitations/{made['id']}/resend", {}, 409).cause == "invitation_ended"


def test_what_the_platform_did_stands_in_the_history_with_the_name_of_its_key(
    platform: Platform, cast: Cast, browser: Callable[..., Browser]
) -> None:
    path = f"/companies/{cast.company.public_id}/invitations"
    platform.post(path, {"sender": cast.owner.email}, 201)
    words = browser(cast.owner).get(f"/foretag/{cast.company.public_id}", 200).words
    assert "Inbjudan skapades (Olga Ek, via plattformen: Senseworks Analys)" in words
    assert "En länk skapades åt plattformen" in words


def test_a_connected_company_needs_no_invitation(
    platform: Platform, cast: Cast, connection: Connection
) -> None:
    refused = platform.post(f"/companies/{cast.company.public_id}/invitations", {}, 409)
    assert refused.cause == "already_connected"
    read = platform.get(f"/companies/{cast.company.public_id}", 200).body
    assert read["connection"] == {"id": connection.public_id, "status": "active"}


def test_mail_is_refused_where_there_is_none(platform: Platform, cast: Cast) -> None:
    path = f"/companies/{cast.company.public_id}/invitations"
    assert platform.post(path, {"email": "frida@example.com"}, 409).cause == "no_mail"


def test_connections_are_listed_by_status_and_number(
    platform: Platform, connection: Connection
) -> None:
    for query, found in [
        ("", 1),
        ("?status=active", 1),
        ("?status=disturbed", 0),
        ("?organisation_number=559123-4561", 1),
        ("?organisation_number=5560125790&status=active", 0),
    ]:
        assert len(platform.get(f"/connections{query}", 200).body["items"]) == found
    read = platform.get(f"/connections/{connection.public_id}", 200).body
    assert read["status"] == "active"
    assert "frida" not in str(read).lower()


def test_disconnecting_is_told_and_twice_is_the_same_as_once(
    platform: Platform, session: Session, connection: Connection
) -> None:
    for _ in range(2):
        ended = platform.post(f"/connections/{connection.public_id}/disconnect", status=200)
        assert ended.body["status"] == "disconnected"
    session.expire_all()
    assert connection.status is ConnectionStatus.DISCONNECTED
    kinds = select(Event.actor).where(Event.kind == EventKind.DISCONNECTED)
    assert session.scalars(kinds).all() == [Actor.PLATFORM]


def test_lists_go_on_from_page_to_page_in_the_same_statements(
    platform: Platform, session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    for number in range(7):
        session.add(
            Company(firm=cast.firm, name=f"Bolag {number}", organisation_number=f"55{number:08}")
        )
    session.commit()
    seen: list[str] = []
    path: str | None = "/companies?limit=3"
    platform.get("/companies?limit=1", 200)
    while path:
        with statements() as sent:
            page = platform.get(path, 200).body
        assert len(sent) <= 4
        seen += [each["id"] for each in page["items"]]
        path = f"/companies?limit=3&after={page['next']}" if page["next"] else None
    assert len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1.0",
        "limit=+1",
        "unknown=1",
        "limit=1&limit=2",
    ],
)
def test_a_list_asked_for_in_no_way_is_refused(platform: Platform, query: str) -> None:
    refused = platform.get(f"/companies?{query}", 422)
    assert refused.body["errors"][0]["in"] == "query"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({**NEW, "more": 1}, "/more"),
        ({**NEW, "name": 7}, "/name"),
        ({**NEW, "name": ""}, "/name"),
        ({**NEW, "name": "x" * 201}, "/name"),
        ({**NEW, "name": "a\0b"}, "/name"),
        ({**NEW, "name": "a\x9fb"}, "/name"),
        ({**NEW, "name": "!"}, "/name"),
        ({**NEW, "name": "a\ud800b"}, "/name"),
        ({**NEW, "organisation_number": "559900-1078"}, "/organisation_number"),
        ({**NEW, "organisation_number": 5599001079}, "/organisation_number"),
        ([NEW], ""),
    ],
)
def test_a_body_of_another_shape_is_refused_by_its_field(
    platform: Platform, session: Session, body: object, pointer: str
) -> None:
    before = len(session.scalars(select(Company)).all())
    refused = platform.post("/companies", body, 422)
    assert refused.cause == "invalid"
    assert refused.body["errors"][0]["pointer"] == pointer
    assert len(session.scalars(select(Company)).all()) == before


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "[" * 20_000, "content_type": "application/json"}, 400),
        ({"data": b"\xff", "content_type": "application/json"}, 400),
        ({"data": json.dumps(NEW).encode("utf-16"), "content_type": "application/json"}, 400),
        ({"data": '{"name": "A", "name": "B"}', "content_type": "application/json"}, 400),
        ({"data": '{"name": NaN}', "content_type": "application/json"}, 400),
        ({"data": "name=x", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"data": b"x" * 100_000, "content_type": "application/json"}, 413),
        ({"json": NEW, "headers": {"Accept": "text/html"}}, 406),
    ],
)
def test_what_is_no_json_is_refused(
    platform: Platform, options: dict[str, object], status: int
) -> None:
    assert platform.ask("POST", "/companies", status, **options).cause


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Bolaget \u2028 AB ", "Bolaget AB"),
        ("Bola\u200bget\u2060 AB", "Bolaget AB"),
        ("Bolaget \ue000\U000e0fff AB", "Bolaget AB"),
        ("漢字", "漢字"),
    ],
)
def test_of_a_name_what_can_be_seen_is_kept(platform: Platform, sent: str, kept: str) -> None:
    assert platform.post("/companies", {**NEW, "name": sent}, 201).body["name"] == kept


@pytest.mark.parametrize("name", ["Bola\u202eget AB", "evil.app", "Se evil.app/skatt AB"])
def test_a_name_that_leads_astray_is_refused(platform: Platform, name: str) -> None:
    refused = platform.post("/companies", {**NEW, "name": name}, 422)
    assert refused.body["errors"][0]["pointer"] == "/name"


def test_a_body_in_chunks_is_as_large_as_any(platform: Platform) -> None:
    large = BytesIO(json.dumps(NEW).encode() + b" " * 100_000)
    chunked = {"Transfer-Encoding": "chunked"}
    terminated = {"wsgi.input_terminated": True}  # as a server says of chunks
    refused = platform.ask(
        "POST",
        "/companies",
        413,
        input_stream=large,
        content_type="application/json",
        headers=chunked,
        environ_overrides=terminated,
    )
    assert refused.cause == "too_large"


def test_what_is_not_there_is_a_problem_too(platform: Platform, stranger: Platform) -> None:
    assert stranger.get("/nothing", 404).cause == "not_found"
    wrong = platform.ask("DELETE", "/companies", 405)
    assert wrong.cause == "method_not_allowed"
    assert "POST" in wrong.headers["Allow"]


@pytest.mark.usefixtures("half_past")
def test_the_limit_of_a_key_is_told_and_kept(
    platform: Platform, other: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.web.api.rates.REQUESTS", 2)
    first = platform.get("/companies", 200)
    assert first.headers["RateLimit-Policy"] == '"key";q=2;w=60'
    assert first.headers["RateLimit"].startswith('"key";r=1;t=')
    platform.get("/companies", 200)
    refused = platform.get("/companies", 429)
    assert refused.cause == "too_many_requests"
    assert int(refused.headers["Retry-After"]) > 0
    other.get("/companies", 200)
