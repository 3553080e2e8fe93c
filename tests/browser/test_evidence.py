"""The pages of evidence: a year read through, with what it came to, fit and are read by everybody."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.browser.site import Site, check, heading, press
from tests.browser.test_vouchers import sit_down
from tests.services.evidence.test_completeness import GAPS, turn
from tests.support.books import LARGE, BookReader
from tests.support.standin import StandIn
from wizard.models import Sample, now, public_id
from wizard.services.evidence import completeness

Open = Callable[..., Page]
LOOKS = [(320, "dark", False), (1280, "light", True)]


@pytest.fixture
def session(site: Site) -> Iterator[Session]:
    with site.app.extensions["sessions"]() as session:
        yield session


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_a_year_is_read_through_and_looked_at(
    site: Site, visma: StandIn, person: Open, session: Session, width: int, scheme: str, script: bool
) -> None:  # fmt: skip
    visma.configure(left_out_numbers=GAPS)
    reader = BookReader.connect(site.app, visma, LARGE)
    size = {"width": width, "height": 900}
    page = person(viewport=size, color_scheme=scheme, java_script_enabled=script)
    sit_down(page, site, reader)
    page.goto(f"{site.url}{reader.at}?ar=2022-03-31")
    press(page, "Luckor och verifikat utan dokument")
    heading(page, "Fullständighet")
    if script:
        check(page)
    press(page, "Läs igenom året")
    assert page.get_by_role("heading", name="Året läses").is_visible()
    if script:
        check(page)
    year = page.url.split("/")[-2]
    reading = completeness.newest_of(session, reader.connection_id, year)[0]
    turn(reader, session, reading)
    session.commit()
    press(page, "Uppdatera")
    assert page.get_by_text("A777–A778").is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    if script:
        check(page)
    press(page, "För utskrift")
    if script:
        check(page)


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_a_sample_that_broke_off_is_gone_on_with(
    site: Site, visma: StandIn, person: Open, session: Session, width: int, scheme: str, script: bool
) -> None:  # fmt: skip
    reader = BookReader.connect(site.app, visma)
    labels = [f"A{number}" for number in range(1, 61)]
    kept = {"connection_id": reader.connection_id, "made_by_id": reader.owner.id}
    told = {"year_id": reader.year().id, "labels": labels, "again": ["A7"], "gone": 57}
    for course in ({}, {"ended_at": now()}, {"broke_at": now()}):
        sample = Sample(public_id=public_id(), **kept, **told, **course)
        session.add(sample)
        session.commit()
        page = person(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        sit_down(page, site, reader)
        page.goto(f"{site.url}{reader.at}/stickprov/{sample.public_id}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        if script:
            check(page)
    press(page, "Hämta det som saknas")
    assert page.get_by_label("Verifikat", exact=True).input_value() == "A7 A58 A59 A60"
