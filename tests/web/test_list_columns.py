"""The columns of lists: chosen by each, remembered with the account, and all of them in the file."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from wizard.models import User
from wizard.web.listing.columns import WORDS, Column

Open = Callable[..., Browser]
TICK = "Kryssa"
ALWAYS = ["Företag", "Vems tur det är"]


def _heads(page: Page) -> list[str]:
    assert page.tree is not None
    heads = ["".join(one.itertext()).strip() for one in page.tree.iter("th")]
    return [head for head in heads if head != TICK]  # is no column to choose


def test_every_column_has_words() -> None:
    assert set(WORDS) == set(Column)


def test_usual_columns_until_others_are_chosen(browser: Open, cast: Cast) -> None:
    owner, admin = browser(cast.owner), browser(cast.admin)
    usual = [*ALWAYS, "Sedan", "Status", "Ansvarig", "Senast läst"]
    assert _heads(owner.get("/foretag", 200))[-6:] == usual
    of_all = [*ALWAYS, "Sedan", "Status", "Byrå", "Senast läst"]
    assert _heads(admin.get("/foretag", 200)) == of_all


def test_chosen_columns_are_remembered_with_the_account_and_reset(
    browser: Open, cast: Cast
) -> None:
    admin = browser(cast.admin)
    admin.get("/foretag?move=firm", 200)
    chosen = {"column": ["step", "cause", "nonsense"]}
    page = admin.post("/foretag/kolumner", chosen, 303)
    assert page.location.endswith("/foretag?move=firm")
    for again in (admin, browser(cast.admin)):
        assert _heads(again.get("/foretag", 200)) == [*ALWAYS, "Steg", "Orsak"]
        assert _heads(again.get("/admin/kopplingar", 200)) in ([], [*ALWAYS, "Steg", "Orsak"])
    assert "Byrå" in _heads(browser(cast.support).get("/foretag", 200))
    admin.post("/foretag/kolumner", {"go": "reset", "column": "step"}, 303)
    assert "Byrå" in _heads(admin.get("/foretag", 200))


def test_no_column_is_a_choice_too(browser: Open, cast: Cast) -> None:
    admin = browser(cast.admin)
    admin.get("/admin/kopplingar?sort=read", 200)
    page = admin.post("/foretag/kolumner", {"list": "admin.connections"}, 303)
    assert page.location.endswith("/admin/kopplingar?sort=read")
    assert _heads(admin.get("/foretag", 200)) == ALWAYS


def test_a_member_is_not_offered_the_firm(browser: Open, cast: Cast) -> None:
    owner = browser(cast.owner)
    assert 'value="firm"' not in owner.get("/foretag", 200).text
    owner.post("/foretag/kolumner", {"column": "firm"}, 303)
    assert _heads(owner.get("/foretag", 200))[-2:] == ALWAYS


@pytest.mark.parametrize("column", list(Column))
def test_each_column_is_shown_alone(
    browser: Open, cast: Cast, session: Session, column: Column
) -> None:
    chosen = update(User).where(User.id == cast.admin.id).values(list_columns=[column.value])
    session.execute(chosen)
    session.commit()
    page = browser(cast.admin).get("/foretag", 200)
    assert page.tree is not None
    rows = [row for row in page.tree.iter("tr") if row.find("td") is not None]
    assert {len(row.findall("td")) for row in rows} == {1 + 3}  # a box to tick stands first
    assert len(_heads(page)) == 3


def test_the_file_has_all_columns(browser: Open, cast: Cast) -> None:
    admin = browser(cast.admin)
    before = admin.get("/foretag/csv", 200).text.splitlines()[0]
    admin.post("/foretag/kolumner", {}, 303)
    assert admin.get("/foretag/csv", 200).text.splitlines()[0] == before
