"""docs/asvs.md has every requirement that it says it has, and what it points to is there."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser
from tests.support.papers import paper
from wizard.config import ROOT
from wizard.models import User

# Those of level 1 and 2 in ASVS 5.0.0: of each section, their last numbers.
ASKED = {
    "6.1": (1, 2, 3),
    "6.2": tuple(range(1, 13)),
    "6.3": (1, 2, 3, 4),
    "6.4": (1, 2, 3, 4),
    "6.5": (1, 2, 3, 4, 5),
    "6.6": (1, 2, 3),
    "6.8": (1, 2, 3, 4),
    "7.1": (1, 2, 3),
    "7.2": (1, 2, 3, 4),
    "7.3": (1, 2),
    "7.4": (1, 2, 3, 4, 5),
    "7.5": (1, 2),
    "7.6": (1, 2),
    "8.1": (1, 2),
    "8.2": (1, 2, 3),
    "8.3": (1,),
    "8.4": (1,),
    "9.1": (1, 2, 3),
    "9.2": (1, 2, 3, 4),
    "10.1": (1, 2),
    "10.2": (1, 2),
    "10.5": (1, 2, 3, 4, 5),
    "16.1": (1,),
    "16.2": (1, 2, 3, 4, 5),
    "16.3": (1, 2, 3, 4),
    "16.4": (1, 2, 3),
    "16.5": (1, 2, 3),
}
ANSWERS = {"Yes", "Partly", "No", "None here"}
ROW = re.compile(r"^\| ([\d.]+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SHORTEST_REASON = 20  # characters

Open = Callable[..., Browser]


def rows() -> list[tuple[str, str, str, str, str]]:
    return ROW.findall(paper("docs/asvs.md").text)


def test_every_requirement_has_its_row_in_order() -> None:
    asked = [f"{section}.{last}" for section, numbers in ASKED.items() for last in numbers]
    assert [number for number, *_ in rows()] == asked


def test_every_row_says_where_it_is_met_or_why_not() -> None:
    for number, _level, _asked, met, where in rows():
        assert met in ANSWERS, number
        if met == "Yes":
            assert re.search(r"`[\w./-]+/[\w./-]+|\]\(", where), f"{number} names no place"
        else:
            assert len(where) > SHORTEST_REASON, f"{number} gives no reason"


def test_every_test_that_is_named_is_there() -> None:
    named = [found for *_, where in rows() for found in TEST.findall(where)]
    assert named
    for path, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), (path, name)


def test_a_new_database_has_no_account(app: Flask, session: Session) -> None:
    """6.3.2"""
    assert session.scalar(select(func.count(User.id))) == 0


def test_fields_for_passwords_hide_them_and_can_be_filled_in(browser: Open, cast: Cast) -> None:
    """6.2.6 and 6.2.7"""
    own = browser(cast.owner)
    pages = [browser().get("/logga-in", 200), own.get("/konto", 200), own.get("/bekrafta", 200)]
    fields = [
        field
        for page in pages
        if page.tree is not None
        for field in page.tree.iter("input")
        if field.get("name") in {"password", "current", "new", "again", "proof"}
    ]
    assert len(fields) == 5
    for field in fields:
        assert field.get("type") == "password"
        assert field.get("autocomplete") in {"current-password", "new-password"}
    for script in (ROOT / "static/js").rglob("*.js"):
        assert not re.search(r"[\"']paste[\"']|onpaste", script.read_text()), script


@pytest.mark.parametrize("who", ["owner", "support", "admin"])
def test_every_page_behind_sign_in_has_a_way_out(
    app: Flask, browser: Open, cast: Cast, who: str
) -> None:
    """7.4.4, of the pages without an id in their address."""
    seen = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.arguments or rule.endpoint == "static":
            continue
        page = browser(getattr(cast, who)).get(rule.rule)
        stranger = browser().get(rule.rule)
        if page.tree is None or page.status != 200 or stranger.goes_to != "/logga-in":
            continue
        assert "/logga-ut" in page.actions, rule
        seen += 1
    assert seen > 5


def test_the_page_that_comes_first_has_a_way_out(
    browser: Open, session: Session, cast: Cast
) -> None:
    """7.4.4, before she has chosen a password of her own."""
    cast.owner.must_change_password = True
    session.commit()
    opened = browser()
    opened.post("/logga-in", {"email": cast.owner.email, "password": PASSWORD}, 303)
    page = opened.follow(opened.get("/foretag", 303))
    assert "/logga-ut" in page.actions
