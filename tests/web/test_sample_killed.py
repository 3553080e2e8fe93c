"""A process is killed in the middle of a sample: the page says where it broke, and the rest can be fetched."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support.books import BookReader
from tests.support.client import Browser, Page
from tests.support.live import Wizard
from tests.support.race_stage import cookie_of
from tests.support.standin import StandIn
from wizard.models import Sample, now
from wizard.services.evidence.sample_progress import SILENT

LABELS = [f"A{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16)]
SECONDS = 60


@pytest.fixture
def app(make_app: Callable[..., Flask], visma: StandIn) -> Flask:
    return make_app(**visma.settings)


def form_of(page: Page, button: str) -> dict[str, str]:
    """The form with this button, as a browser sends it."""
    assert page.tree is not None
    for form in page.tree.iter("form"):
        if any((one.text or "").strip() == button for one in form.iter("button")):
            inputs = {one.get("name", ""): one.get("value", "") for one in form.iter("input")}
            return {name: value for name, value in inputs.items() if name}
    raise AssertionError(f"no button {button!r}")


def labels_in(content: bytes) -> list[str]:
    """The vouchers whose documents a whole ZIP file holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        manifest = json.loads(opened.read("underlag.json"))["manifest"]
    return list(dict.fromkeys(one["voucher"]["label"] for one in manifest["documents"]))


def test_a_sample_whose_process_is_killed_is_gone_on_with(
    app: Flask, visma: StandIn, session: Session, database_url: str, tmp_path: Path
) -> None:
    reader = BookReader.connect(app, visma)
    browser, at = reader.browser, f"{reader.at}/stickprov"
    form = form_of(browser.post(at, {"urval": " ".join(LABELS)}, 200), "Hämta dokumenten")
    visma.configure(file_latency_ms=150)
    listening, url = Wizard.address()
    kept = {name: SETTINGS[name] for name in ("secret_key", "token_keys", "evidence_keys")}
    wizard = Wizard.start(
        listening, url, tmp_path / "log", database_url=database_url, **kept, **visma.settings
    )
    try:
        broken = begun(url, at, form, browser, session)
        wizard.kill()
        with pytest.raises(requests.RequestException):
            for _ in broken:
                pass
        row = session.scalars(select(Sample)).one()
        assert row.ended_at is row.broke_at is None
        gone = row.gone
        assert 3 <= gone < len(LABELS)
        row.moved_at = now() - SILENT  # as when nothing has come for three minutes
        session.commit()
        page = browser.get(f"{at}/{form['prov']}", 200)
        assert f"{gone} av {len(LABELS)} verifikat" in page.words
        wizard.restart()
        missing = form_of(page, "Hämta det som saknas")
        assert missing["urval"].split() == LABELS[gone:]
        again = form_of(browser.post(at, missing, 200), "Hämta dokumenten")
        whole = sent(url, at, again, browser)
        assert labels_in(whole.content) == LABELS[gone:]
        all_of_it = form_of(page, "Hämta allt igen")
        assert all_of_it["urval"].split() == LABELS
    finally:
        wizard.stop()


def sent(url: str, at: str, form: dict[str, str], browser: Browser) -> requests.Response:
    """The answer to the press, as it comes."""
    return requests.post(
        f"{url}{at}/zip",
        data=form,
        headers={"Cookie": f"session={cookie_of(browser)}"},
        timeout=SECONDS,
        stream=True,
    )


def begun(
    url: str, at: str, form: dict[str, str], browser: Browser, session: Session
) -> Iterator[bytes]:
    """The rest of an answer of which three vouchers have gone."""
    answer = sent(url, at, form, browser)
    assert answer.headers["Content-Type"] == "application/zip"
    pieces: Iterator[bytes] = answer.iter_content(256)
    while session.scalar(select(Sample.gone)) not in range(3, len(LABELS)):
        next(pieces)
        session.rollback()
    return pieces
