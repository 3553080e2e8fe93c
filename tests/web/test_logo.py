"""A firm's logo: uploaded by an admin, kept by browsers, on top of what the firm's clients see."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from tests.cli.running import run
from tests.services.accounts.test_logos import bomb, picture
from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.traveller import address, invite
from wizard.services.accounts.logos import LARGEST_BYTES
from wizard.web.admin.views import LARGEST_UPLOAD

Open = Callable[..., Browser]


def upload(browser: Browser, cast: Cast, content: bytes, status: int) -> Page:
    form = {"file": (BytesIO(content), "logo.png"), "go": "save"}
    return browser.post(f"/admin/byraer/{cast.firm.id}/logotyp", form, status)


def welcome(app: Flask, browser: Open) -> Page:
    hers = browser()
    return hers.follow(hers.follow(hers.get(address(invite(app)))))


def test_logo_stands_on_top_of_what_the_firms_clients_see(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    admin = browser(cast.admin)
    assert "<img" not in welcome(app, browser).text.partition("</header>")[0]
    upload(admin, cast, picture(), 303)
    session.refresh(cast.firm)
    logo_id = cast.firm.logo_id
    top = welcome(app, browser).text.partition("</header>")[0]
    assert f'src="/logotyp/{logo_id}" width="132" height="44" alt=""' in top
    assert "Byrån AB" in top
    kept = browser().get(f"/logotyp/{logo_id}", 200).headers
    assert kept["Content-Type"] == "image/png"
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in kept["Cache-Control"]
    page = admin.get(f"/admin/byraer/{cast.firm.id}/logotyp", 200)
    assert f"/logotyp/{logo_id}" in page.text
    admin.post(f"/admin/byraer/{cast.firm.id}/logotyp", {"go": "remove"}, 303)
    browser().get(f"/logotyp/{logo_id}", 404)
    assert "<img" not in welcome(app, browser).text.partition("</header>")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg/>", "inte en hel PNG- eller JPEG-bild"),
        (bomb(20_000, 20_000), "för många bildpunkter"),
        (picture(colour="white"), "syns inte mot vitt"),
        (b"", "inte en hel"),
    ],
)
def test_logo_says_why_a_file_is_refused(
    browser: Open, cast: Cast, session: Session, content: bytes, said: str
) -> None:
    page = upload(browser(cast.admin), cast, content, 200)
    assert said in page.words
    assert page.tree is not None
    assert (page.tree.findtext("head/title") or "").strip().startswith("Fel:")
    session.refresh(cast.firm)
    assert cast.firm.logo_id is None


@pytest.mark.parametrize(
    ("size", "status", "said"),
    [(LARGEST_BYTES, 200, "större än 1 MB"), (LARGEST_UPLOAD, 413, "för stort")],
)
def test_logo_is_not_read_further_than_it_may_be_long(
    browser: Open, cast: Cast, size: int, status: int, said: str
) -> None:
    admin, path = browser(cast.admin), f"/admin/byraer/{cast.firm.id}/logotyp"
    token = re.search(r'name="csrf_token" value="([^"]+)', admin.get(path, 200).text)
    assert token
    file = FileStorage(BytesIO(picture() + bytes(size)), "logo.png")
    form = {"csrf_token": token[1], "file": file}
    body, _, boundary = stream_encode_multipart(form, use_tempfile=False)
    answer = admin.client.post(
        path, data=body.read(), content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert answer.status_code == status
    assert said in answer.text


def test_logo_without_a_file_asks_for_one(browser: Open, cast: Cast) -> None:
    page = browser(cast.admin).post(f"/admin/byraer/{cast.firm.id}/logotyp", {"go": "save"}, 200)
    assert "Välj en bild först." in page.words


def test_logo_is_for_the_admin_alone(browser: Open, cast: Cast) -> None:
    for user in (cast.owner, cast.support):
        browser(user).get(f"/admin/byraer/{cast.firm.id}/logotyp", 403)
    browser(cast.admin).get("/admin/byraer/999999/logotyp", 404)


def test_logo_is_set_and_removed_by_a_command_too(
    app: Flask, cast: Cast, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(picture())
    assert run(app, "firm", "logo", "--name=Byrån AB", f"--file={path}").exit_code == 0
    session.refresh(cast.firm)
    assert cast.firm.logo_width == 132
    path.write_bytes(b"nothing")
    refused = run(app, "firm", "logo", "--name=Byrån AB", f"--file={path}")
    assert (refused.exit_code, "hel PNG eller JPEG" in refused.output) == (1, True)
    assert run(app, "firm", "logo", "--name=Byrån AB").exit_code == 0
    session.refresh(cast.firm)
    assert cast.firm.logo_id is None
