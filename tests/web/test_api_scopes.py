"""A key does what its scopes say and nothing else: every operation with every scope; and its end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import ApiKey, Firm, Handover, Scope, now
from wizard.services.api import api_keys, handovers
from wizard.services.api.api_keys import LastDayInvalidError
from wizard.web.api.description import NEEDS

UNKNOWN = "x" * 16
REFUSED = (403, "key_scope_missing")
READING = {"list_companies", "read_company", "list_connections", "read_connection"}


def operations(app: Flask) -> list[tuple[str, str, str]]:
    """Every operation of the API: its id, method and path."""
    return [
        (
            rule.endpoint.removeprefix("api."),
            method,
            adapter_path(app, rule.endpoint, rule.arguments),
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def adapter_path(app: Flask, endpoint: str, arguments: set[str]) -> str:
    """The path of an operation on things that are not there."""
    path = app.url_map.bind("").build(endpoint, dict.fromkeys(arguments, UNKNOWN))
    return path.removeprefix("/api/v1")


def platform_with(app: Flask, session: Session, firm: Firm, *scopes: Scope) -> Platform:
    """A platform whose key has these scopes."""
    return Platform(
        app.test_client(), api_keys.create(session, firm, "x", None, scopes=scopes).secret
    )


@pytest.mark.parametrize("scope", Scope)
def test_a_key_with_one_scope_does_what_needs_it_and_nothing_else(
    app: Flask, session: Session, cast: Cast, scope: Scope
) -> None:
    platform = platform_with(app, session, cast.firm, scope)
    found = operations(app)
    assert {name for name, _, _ in found} == set(NEEDS)
    for name, method, path in found:
        answer = platform.ask(method, path)
        refused = answer.status >= 400 and (answer.status, answer.cause) == REFUSED
        assert refused is (NEEDS[name] is not scope), (name, answer)


def test_what_the_description_says_of_scopes_is_what_is_asked(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document
    said = {
        operation["operationId"]: operation["security"]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    assert said == {name: [{"key": [scope.value]}] for name, scope in NEEDS.items()}
    assert set(NEEDS.values()) == set(Scope)
    assert {name for name, scope in NEEDS.items() if scope is Scope.STATUS} >= READING


def test_a_key_for_which_nothing_is_said_signs_nobody_in(
    app: Flask, session: Session, cast: Cast
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", None).key
    assert set(key.scopes) == set(Scope) - {"handover"}


def test_a_key_that_has_expired_says_so_and_its_hand_overs_end(
    app: Flask, session: Session, cast: Cast
) -> None:
    made = api_keys.create(session, cast.firm, "Analys", None, scopes=[*Scope])
    assert made.key.last_day == api_keys.usual_last_day()
    platform = Platform(app.test_client(), made.secret)
    platform.get("/companies", 200)
    offer = handovers.offer(session, made.key, cast.owner, cast.company)
    assert handovers.arrive(session, offer.secret)
    made.key.expires_at = now() - timedelta(seconds=1)
    session.commit()
    assert handovers.arrive(session, offer.secret) is None
    refused = platform.get("/companies", 401)
    assert refused.cause == "key_expired"
    assert "expired" in refused.body["title"]
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert session.scalars(select(Handover.used_at)).all() == [None]


@pytest.mark.parametrize("days", [-1, 5 * 365 + 2])
def test_a_last_day_in_the_past_or_far_away_is_refused(
    session: Session, cast: Cast, days: int
) -> None:
    day = (now() + timedelta(days=days)).date()
    with pytest.raises(LastDayInvalidError):
        api_keys.create(session, cast.firm, "Analys", None, last_day=day)


def test_a_key_made_for_less_than_a_month_is_warned_of_by_its_making_alone(
    session: Session, cast: Cast
) -> None:
    api_keys.create(session, cast.firm, "x", None, last_day=(now() + timedelta(days=5)).date())
    assert api_keys.warn_of_ends(session) == 0


def test_members_see_their_firms_keys_and_who_manages_members_revokes_them(
    app: Flask, browser: Callable[..., Browser], session: Session, cast: Cast
) -> None:
    made = api_keys.create(session, cast.firm, "Analys", cast.admin, scopes=[Scope.HANDOVER])
    others = api_keys.create(session, cast.other_firm, "Annans", cast.admin).key
    page = browser(cast.owner).get("/nycklar", 200)
    for said in ("Analys", cast.admin.name, "Logga in byråns användare", "Aldrig", "Sista dag"):
        assert said in page.words
    assert "Annans" not in page.text
    assert "aterkalla" not in page.text
    browser(cast.owner).post(f"/nycklar/{made.key.public_id}/aterkalla", status=403)
    cast.owner.may_manage_members = True
    session.commit()
    manager = browser(cast.owner)
    assert "aterkalla" in manager.get("/nycklar", 200).text
    manager.post(f"/nycklar/{others.public_id}/aterkalla", status=404)
    manager.post(f"/nycklar/{made.key.public_id}/aterkalla", status=303)
    Platform(app.test_client(), made.secret).get("/companies", 401)
    revoked = select(ApiKey.public_id).where(ApiKey.revoked_at.is_not(None))
    assert list(session.scalars(revoked)) == [made.key.public_id]
    for user in (cast.admin, cast.support):
        browser(user).get("/nycklar", 403)


def test_an_admin_chooses_scopes_and_the_last_day(
    browser: Callable[..., Browser], session: Session, cast: Cast
) -> None:
    admin = browser(cast.admin)
    day = (now() + timedelta(days=90)).date()
    form = {"firm": cast.firm.name, "name": "Analys", "last_day": str(day)}
    admin.post("/admin/nycklar/ny", {**form, "scopes": ["status", "documents"]}, 200)
    key = session.scalars(select(ApiKey)).one()
    assert (key.scopes, key.last_day) == (["status", "documents"], day)
    late: dict[str, object] = {"scopes": ["status"], "last_day": "2020-01-01"}
    wrongs: list[dict[str, object]] = [{"scopes": []}, {"scopes": ["all"]}, late]
    for wrong in wrongs:
        page = admin.post("/admin/nycklar/ny", {**form, **wrong}, 200)
        assert "Fel:" in page.text
    assert len(session.scalars(select(ApiKey)).all()) == 1
