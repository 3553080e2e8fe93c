"""Staff's pages that no other walk looks at: no fault to axe, and nothing wider than the narrowest phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.site import Site, check
from tests.support.books import BookReader
from tests.support.cast import PASSWORD, make_user
from tests.support.standin import StandIn
from wizard.extensions import vault
from wizard.models import Company, Connection, EventKind, Firm, Role
from wizard.services.api import api_keys, handovers
from wizard.services.history import record
from wizard.services.webhooks import receivers
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes

Open = Callable[..., Page]
LOOKS = [(320, "dark"), (1280, "light")]
UNBROKEN = f"Revisions{'byrå' * 20} AB"
WEBHOOK_URL = f"https://analys.example.com/{'mottagare' * 12}"


def sign_in(page: Page, site: Site, email: str) -> None:
    page.goto(f"{site.url}/logga-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(lambda url: "/logga-in" not in url)


def look_at(page: Page, site: Site, *paths: str) -> None:
    for path in paths:
        answer = page.goto(site.url + path)
        assert answer
        assert answer.status == 200
        check(page)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_staffs_pages_fit_with_an_unbroken_name(
    site: Site, visma: StandIn, person: Open, width: int, scheme: str
) -> None:
    reader = BookReader.connect(site.app, visma)
    with site.app.app_context(), site.app.extensions["sessions"]() as session:
        connection = session.get_one(Connection, reader.connection_id)
        opened = EventKind.DOCUMENT_OPENED
        record(session, opened, connection=connection, staff=reader.owner, note="A12")
        firm = session.get_one(Firm, connection.firm_id)
        firm.name = f"{UNBROKEN} {firm.id}"
        admin = make_user(f"Astrid{width} {'Admin' * 20}", Role.ADMIN)
        session.add(admin)
        key = api_keys.create(session, firm, "Senseworks Analys", admin).key
        wishes = Wishes(WEBHOOK_URL, "Analys", list(SUBSCRIBABLE))
        receiver = receivers.create(session, vault, firm, wishes)
        company = session.get_one(Company, connection.company_id)
        offer = handovers.offer(session, key, session.merge(reader.owner), company)
        hooks, shown = f"/admin/webhooks/{receiver.public_id}", connection.public_id
    size = {"width": width, "height": 900}
    page = person(viewport=size, color_scheme=scheme)
    look_at(page, site, f"/overlamning/{offer.secret}", "/api/v1/")
    sign_in(page, site, reader.owner.email)
    at = f"/foretag/{reader.company_id}"
    look_at(
        page, site, "/konto", "/foretag", at, f"{at}/ladda-upp-data", f"{at}/koppla-fran", reader.at
    )
    look_at(page, site, f"{at}/oppnade-dokument", "/nycklar")
    page = person(viewport=size, color_scheme=scheme)
    sign_in(page, site, admin.email)
    look_at(page, site, "/admin/nycklar", "/admin/nycklar/ny", "/admin/webhooks", hooks)
    look_at(page, site, "/granskning", "/granskning?person=nobody@example.com")
    look_at(page, site, "/admin/personuppgifter")
    page.fill("[name=email]", reader.owner.email)
    page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_role("heading", level=2).wait_for()
    check(page)
    look_at(
        page, site, f"{hooks}/andra", f"{hooks}/skicka-allt-igen", f"/support/{reader.company_id}"
    )
    look_at(page, site, f"/admin/kopplingar/{shown}", f"/admin/kopplingar/{shown}/koppla-fran")
