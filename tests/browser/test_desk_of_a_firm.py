"""The pages of a firm's desk, in a real browser at every width: to do, renewing, imports, a company's record."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.site import Site, check
from tests.support import bulk
from tests.support.broken import connect, need_renewal
from tests.support.cast import PASSWORD, make_firm, make_user
from tests.support.tables import line, number, table, wrong_number
from wizard.models import BulkAct, Role
from wizard.services.desk import keeping
from wizard.services.imports import judging, running
from wizard.services.imports.judging import By

Open = Callable[..., Page]
FOLDER = os.environ.get("WIZARD_TEST_PICTURES")  # where pictures go, for people to look at
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


@dataclass(frozen=True)
class Scene:
    """The pages to look at, and who may."""

    paths: dict[str, str]
    email: str


@pytest.fixture(scope="module")
def scene(site: Site) -> Scene:
    """A firm with companies to renew, an import that is looked at, and one that is under way."""
    with site.app.extensions["sessions"]() as session:
        firm = make_firm("Skrivbordsbyrån AB")
        disa = make_user("Disa Desk", Role.MEMBER, firm)
        session.add_all([firm, disa])
        session.commit()
        made = [
            connect(session, firm, disa, at, approver_email=f"vera{at}@example.com")
            for at in range(300, 303)
        ]
        need_renewal(session, *made)
        keeping.sort_due(session)
        session.commit()
        bad = [f"{wrong_number(2)};Fel AB;;", f"{number(3)};Annat AB;anna at example;", line(1)]
        looked_at = judging.read(session, firm, By(disa), table([line(1), *bad, line(4)]))
        begun = judging.read(session, firm, By(disa), table(map(line, range(20))))
        running.start(session, begun, invites=True)
        companies = [one.company for one in made]
        to_renew = bulk.previewed(session, disa, BulkAct.RENEW, *companies)
        to_end = bulk.previewed(session, disa, BulkAct.DISCONNECT, *companies)
        renewing = bulk.begun(session, disa, BulkAct.RENEW, *companies)
        company = made[0].company.public_id
        return Scene(
            {
                "companies": "/foretag",
                "to-do": "/foretag/att-gora",
                "renew": "/foretag/att-gora/fornya",
                "import": "/foretag/import",
                "lines": f"/foretag/import/{looked_at.public_id}",
                "progress": f"/foretag/import/{begun.public_id}",
                "several": f"/foretag/flera/{to_renew.public_id}",
                "several-end": f"/foretag/flera/{to_end.public_id}",
                "several-progress": f"/foretag/flera/{renewing.public_id}",
                "several-all": "/foretag/flera",
                "company": f"/foretag/{company}",
                "edit": f"/foretag/{company}/andra",
                "remove": f"/foretag/{company}/ta-bort",
            },
            disa.email,
        )


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_of_the_desk_fits_and_is_accessible(
    site: Site, scene: Scene, person: Open, width: int, scheme: str
) -> None:
    page = person(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(f"{site.url}/logga-in")
    page.locator("input[name=email]").fill(scene.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    for name, path in scene.paths.items():
        answer = page.goto(site.url + path)
        assert answer
        assert answer.status == 200
        if FOLDER:
            page.screenshot(path=Path(FOLDER) / f"{name}-{width}-{scheme}.png", full_page=True)
        check(page)


def test_rows_are_ticked_by_keyboard_one_by_one_or_all_at_once(
    site: Site, scene: Scene, person: Open
) -> None:
    page = person(viewport={"width": 1280, "height": 800})
    page.goto(f"{site.url}/logga-in")
    page.locator("input[name=email]").fill(scene.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(f"{site.url}/foretag")
    head = page.get_by_role("checkbox", name="Kryssa för alla på sidan")
    boxes = page.locator("input[name=ids]")
    number = boxes.count()
    head.focus()
    page.keyboard.press("Space")
    assert page.locator("input[name=ids]:checked").count() == number >= 3
    page.keyboard.press("Tab")  # to the first row's
    page.keyboard.press("Space")
    assert page.locator("input[name=ids]:checked").count() == number - 1
    page.get_by_label("Vad ska göras?").select_option("renew")
    page.get_by_role("button", name="Se vad som händer").press("Enter")
    page.wait_for_url("**/foretag/flera/**")
    assert f"{number - 1} ikryssade företag" in page.locator("main").inner_text()
