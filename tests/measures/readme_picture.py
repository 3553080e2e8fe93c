"""Draws the picture of the README anew: `python -m tests.measures readme_picture`."""

import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.site import press
from tests.conftest import migrate
from tests.measures.action_in_sight import site_of
from tests.support.chromium import FLAGS
from tests.support.postgres import TestServer
from tests.support.traveller import address, invite
from wizard.config import ROOT

COLOURS = 64
PICTURE = ROOT / "static" / "pictures" / "readme.png"


def main() -> None:
    """Draw the page with the button Ge behörighet, as a large screen shows it first."""
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        site_of(server, Path(folder) / "log") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(
            locale="sv-SE", viewport={"width": 1100, "height": 1000}
        ).new_page()
        page.goto(site.url + address(invite(site.app, firm="Revisionsbyrån Lind & Berg")))
        press(page, "Jag har rätt behörighet – hoppa till sista steget")
        drawn = Image.open(BytesIO(page.screenshot()))
        drawn.convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
