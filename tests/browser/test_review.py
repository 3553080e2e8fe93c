"""A firm's yearly review and the last day of a company, in a real browser, with and without script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, check, press
from tests.browser.test_staff_pages import sign_in
from tests.support.books import BookReader
from tests.support.standin import StandIn
from wizard.models import Connection, now, today

Open = Callable[..., Page]
LOOKS = [(360, "dark", False), (360, "light", True), (1280, "dark", True)]


def look(page: Page, *, script: bool) -> None:
    """Axe needs script; without it the width is looked at by the other look."""
    if script:
        check(page)


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_a_member_chooses_a_last_day_and_ends_what_is_no_longer_read(
    site: Site, person: Open, visma: StandIn, width: int, scheme: str, *, script: bool
) -> None:
    reader = BookReader.connect(site.app, visma)
    with site.app.extensions["sessions"]() as session:
        connection = session.get_one(Connection, reader.connection_id)
        connection.created_at = now() - timedelta(days=400)
        session.commit()
    size = {"width": width, "height": 900}
    page = person(viewport=size, color_scheme=scheme, java_script_enabled=script)
    sign_in(page, site, reader.owner.email)
    page.goto(f"{site.url}/foretag/{reader.company_id}/sista-dag")
    look(page, script=script)
    page.get_by_label("Sista dagen som").fill(str(today() + timedelta(days=90)))
    press(page, "Spara")
    expect(page.get_by_role("main")).to_contain_text("Sista dag")
    look(page, script=script)
    page.goto(f"{site.url}/foretag/genomgang")
    look(page, script=script)
    page.get_by_label("Avsluta", exact=True).check()
    press(page, "Spara svaren")
    press(page, "Titta på dem, och avsluta dem")
    expect(page.get_by_role("main")).to_contain_text("1 koppling är markerad")
    look(page, script=script)
    press(page, "Avsluta 1 koppling")
    expect(page.get_by_role("status").first).to_contain_text("1 koppling avslutas")
    look(page, script=script)
