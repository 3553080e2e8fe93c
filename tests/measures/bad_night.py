"""Draws what an admin sees the morning after a bad night: `python -m tests.measures bad_night --folder pictures`.

At 1280 and 360 px, light and dark; and prints by whose move the companies are.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.site import Site
from tests.conftest import migrate
from tests.measures.action_in_sight import site_of
from tests.support.bad_night import bad_night
from tests.support.cast import PASSWORD
from tests.support.chromium import FLAGS
from tests.support.postgres import TestServer
from wizard.services.desk.counts import counts

PAGES = {
    "desk": "/admin",
    "to_renew": "/foretag?move=firm&reason=to_be_renewed",
    "ours": "/foretag?move=we",
    "connections": "/admin/kopplingar",
    "companies": "/foretag",
    "nobody": "/foretag?search=finns+inte",
    "flow": "/admin/flode",
    "support": "/support",
    "support_several": "/support?q=Bolag",
    "support_one": "/support?q=Bolag+002",
    "support_none": "/support?q=4f7kx0",
}
SIZES = ((1280, 900), (360, 740))


def main() -> None:
    """Make the night, draw the pages, print the counts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=Path("bad_night"))
    folder: Path = options.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as logs,
        TestServer.open(migrate) as server,
        site_of(server, Path(logs) / "log") as site,
        sync_playwright() as playwright,
    ):
        with site.app.app_context(), site.app.extensions["sessions"]() as session:
            email = bad_night(session).email
            for one in sorted(counts(session), key=lambda one: -one.number):
                sys.stdout.write(f"{one.number:5} {one.whose:10} {one.reason}\n")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for width, height in SIZES:
            for scheme in ("light", "dark"):
                _draw(browser, site, email, folder, {"width": width, "height": height}, scheme)
        browser.close()


def _draw(
    browser: Browser, site: Site, email: str, folder: Path, size: dict[str, int], scheme: str
) -> None:
    context = browser.new_context(locale="sv-SE", viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}/logga-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(lambda url: "/logga-in" not in url)
    for name, path in PAGES.items():
        page.goto(site.url + path)
        page.screenshot(path=folder / f"{name}-{size['width']}-{scheme}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    main()
