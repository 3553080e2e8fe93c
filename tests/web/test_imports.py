"""Importing from a spreadsheet: every line's fate before anything happens, then the choice, without script."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.mail_server import MailServer
from tests.support.tables import line, number, table, wrong_number
from wizard.models import Company, CompanyImport, ImportStatus, KeyPurpose, now
from wizard.services.imports import running
from wizard.services.imports.running import Work
from wizard.services.invitations import lifecycle
from wizard.services.throttling.letter_caps import Caps

Open = Callable[..., Browser]
AT = "/foretag/import"


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def shown(browser: Browser, data: object, name: str = "lines") -> tuple[Page, str]:
    """The page of an import of these lines, or of this file; and its address."""
    sent = browser.post(AT, {name: data}, 303, content_type="multipart/form-data")
    return browser.follow(sent), sent.location


def test_every_line_says_what_becomes_of_it_before_anything_happens(
    browser: Open, cast: Cast, session: Session
) -> None:
    days_ago = now() - timedelta(days=3)
    with time_machine.travel(days_ago, tick=True):
        lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    hers = f"{cast.company.organisation_number};Ängsbageriet AB;a@example.com;"
    bad = [f"{wrong_number(2)};B AB;;", f"{number(3)};C AB;anna at example;", line(1)]
    page, at = shown(browser(cast.owner), table([line(1), hers, *bad]))
    for said in (
        "5 rader",
        "ny",
        "inbjuden av Olga Ek i ",
        "fel kontrollsiffra",
        f"Organisationsnummer: {wrong_number(2)}",
        "adressen stämmer inte",
        "Kontaktens mejl: anna at example",
        "dubblett av rad 2",
    ):
        assert said in " ".join(page.words.split()), said
    assert session.scalar(select(func.count(Company.id))) == 2
    only = browser(cast.owner).get(f"{at}?ode=duplicate", 200)
    assert "dubblett av rad 2" in only.words
    assert "anna at example" not in only.words


def test_lines_are_added_from_a_file_and_progress_is_seen_without_script(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    olga = browser(cast.owner)
    data = table(map(line, range(60))).encode("utf-16")
    page, at = shown(olga, (BytesIO(data), "klienter.txt"), "file")
    assert "60 rader" in page.words
    assert "ungefär ett i sekunden" in page.words
    page = olga.follow(olga.post(f"{at}/borja", {"then": "invite"}, 303))
    assert "Pågår" in page.words
    found = session.scalars(select(CompanyImport)).one()
    running.run(Work(app.extensions["sessions"], "visma", Caps(20, 300, 1000)), found.id)
    assert "60 av 60" in olga.get(at, 200).words
    page = olga.follow(olga.post(f"{at}/angra", {}, 303))
    assert "Importen är ångrad." in page.words
    assert session.scalar(select(func.count(Company.id))) == 2
    assert "Det går inte längre att ångra." in olga.follow(olga.post(f"{at}/angra", {}, 303)).words


def test_later_needs_a_time_and_is_in_the_time_of_stockholm(
    browser: Open, cast: Cast, session: Session
) -> None:
    olga = browser(cast.owner)
    _page, at = shown(olga, table([line(1)]))
    assert "Välj en dag och en tid" in olga.post(f"{at}/borja", {"then": "later"}, 200).words
    form = {"then": "later", "at": "2031-01-15T08:00"}
    page = olga.follow(olga.post(f"{at}/borja", form, 303))
    assert "15 jan. 2031 kl. 08.00" in page.words.replace("\u00a0", " ")
    assert session.scalars(select(CompanyImport.status)).one() is ImportStatus.RUNNING


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("", "Klistra in raderna, eller välj en fil."),
        ("Orgnr;Namn", "Det finns inga rader under rubrikerna."),
        ("a\n" * 5002, "Det är fler än 5 000 rader."),
    ],
)
def test_what_cannot_be_read_says_why(browser: Open, cast: Cast, lines: str, sentence: str) -> None:
    assert sentence in browser(cast.owner).post(AT, {"lines": lines}, 200).words


def test_an_import_is_for_the_members_of_its_firm_alone(browser: Open, cast: Cast) -> None:
    _page, at = shown(browser(cast.owner), table([line(1)]))
    assert at in browser(cast.colleague).get(AT, 200).text
    assert browser(cast.stranger).get(at).status == 404
    assert browser(cast.support).get(at).status in {403, 404}
    for word in ("borja", "angra"):
        assert browser(cast.stranger).post(f"{at}/{word}", {"then": "add"}).status == 404
