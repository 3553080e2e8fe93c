"""Each cause's page once, reached as people reach it, looked at by axe, with a way on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, at_visma, check
from tests.browser.test_road import straight_to_visma
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS
from wizard.causes import Cause
from wizard.sandbox.cast import companies

Open = Callable[..., Page]
Way = tuple[str, str | None, Cause]
WAYS: list[Way] = [
    ("Vera Välja", "Bara Fakturering AB", Cause.NO_BOOKKEEPING),
    ("Vera Välja", "Modul Saknas AB", Cause.MODULE_MISSING),
    ("Vera Välja", "Startguiden Ej Klar AB", Cause.STARTUP_GUIDE),
    ("Vera Välja", "Inaktiva AB", Cause.COMPANY_INACTIVE),
    ("Vera Välja", "Avtal Ej Godkänt AB", Cause.LICENCE_NOT_ACCEPTED),
    ("Vera Välja", "Saknar Behörighet AB", Cause.PERMISSION_MISSING),
    ("Vera Välja", "Utan Åtkomst AB", Cause.USER_NOT_IN_COMPANY),
    ("Vera Välja", "Saknar Scope AB", Cause.SCOPE_MISSING),
    ("Vera Välja", "Sandlådeklient AB", Cause.OUR_CONFIGURATION),
    ("Kodvägrar-Karl", None, Cause.STALE_CODE),
    ("Serverfel-Sara", None, Cause.PROVIDER_REFUSED),
    ("Visma Nere-Nils", None, Cause.PROVIDER_UNAVAILABLE),
    ("HTML-Hanna", None, Cause.PROVIDER_UNAVAILABLE),
]


@pytest.mark.parametrize(("who", "company", "cause"), WAYS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_cause_has_a_page_with_a_way_on(
    site: Site,
    person: Open,
    visma: StandIn,
    who: str,
    company: str | None,
    cause: Cause,
    scheme: str,
) -> None:
    page = person(color_scheme=scheme, viewport={"width": 360, "height": 740})
    straight_to_visma(page, site.link(company or HERS, number(company)))
    at_visma(page, who, company)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=1)).not_to_be_empty()
    check(page)
    ways_on = main.get_by_role("link").count() + main.get_by_role("button").count()
    assert ways_on, cause
    assert page.url.startswith(site.url)


def number(company: str | None) -> str:
    """The ten digits of one of the stand-in's companies."""
    if company is None:
        return HER_NUMBER
    found = next(one for one in companies.ALL if one.name == company)
    return "".join(filter(str.isdigit, found.number or ""))
