"""Program that draws pictures in Chromium; separate, since only development environments have a browser.

Reads a JSON list of {stem, html, drawing} from standard input; writes files to the folder argument.
"""

import json
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from wizard.pictures.encoding import sketch_png, sketch_webp
from wizard.pictures.files import SCALES, file_name

HERE = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--disable-lcd-text",
]


def main() -> int:
    """Draw the pictures on standard input."""
    folder = Path(sys.argv[1])
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for sheet in json.load(sys.stdin):
            _draw(browser, folder, sheet)
        browser.close()
    return 0


def _draw(browser: Browser, folder: Path, sheet: dict[str, Any]) -> None:
    folder = folder / sheet["provider"]
    folder.mkdir(parents=True, exist_ok=True)
    for scale in SCALES:
        image = Image.open(BytesIO(_screenshot(browser, sheet, scale)))
        for ending, encode in (("png", sketch_png), ("webp", sketch_webp)):
            (folder / file_name(sheet["stem"], scale, ending)).write_bytes(encode(image))


def _screenshot(browser: Browser, sheet: dict[str, Any], scale: int) -> bytes:
    drawing = sheet["drawing"]
    size = {"width": drawing["width"], "height": drawing["height"]}
    page = browser.new_page(viewport=size, device_scale_factor=scale, color_scheme="light")  # type: ignore[arg-type]
    page.set_content(sheet["html"])
    page.add_style_tag(path=HERE / "sketch.css")
    page.evaluate((HERE / "marks.js").read_text(), drawing)
    pixels = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return pixels


if __name__ == "__main__":
    sys.exit(main())
