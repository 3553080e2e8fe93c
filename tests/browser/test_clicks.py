"""The road takes no more presses on our pages than it must."""

import pytest
from playwright.sync_api import Browser

from tests.browser.site import Site
from tests.measures.clicks import PATIENCE_MS, ROADS, count
from tests.support.standin import StandIn

MOST = {"step by step": 7, "straight": 2, "wrong company": 3, "default company": 5}


@pytest.mark.parametrize("road", ROADS)
def test_a_road_takes_few_presses(site: Site, chromium: Browser, visma: StandIn, road: str) -> None:
    context = chromium.new_context(locale="sv-SE")
    context.set_default_timeout(PATIENCE_MS)
    counted = count(site, context, ROADS[road])
    context.close()
    assert 0 < counted.ours <= MOST[road]
    assert counted.theirs  # those of the provider's pages are counted apart
