"""The pages of warnings and of the background, and the letters, in a real browser and at every width."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.browser.site import Site, axe, check
from tests.support.broken import become, connect
from tests.support.cast import PASSWORD, make_firm, make_user
from tests.support.grants import give_sealed
from tests.support.mail_server import html_of, send_due
from wizard.models import Connection, ConnectionStatus, Letter, LetterKind, Role, now
from wizard.services.warnings import firm_warnings, operator_alerts, outages
from wizard.services.warnings.operator_alerts import Operator

Open = Callable[..., Page]
FOLDER = os.environ.get("WIZARD_TEST_PICTURES")  # where pictures go, for people to look at
LOOKS = [(360, "light", True), (320, "dark", True), (1280, "light", False), (1280, "dark", True)]
RULES = ["color-contrast", "link-name", "document-title", "html-has-lang", "list"]
HALF_AN_HOUR = timedelta(minutes=30)
US = Operator("drift@example.com")


@dataclass(frozen=True)
class Scene:
    """The pages to look at, and the addresses that letters went to."""

    paths: list[str]
    addresses: list[str]


@pytest.fixture(scope="module")
def scene(site: Site) -> Scene:
    """Two firms with broken connections, an outage, and letters of every kind."""
    with site.app.extensions["sessions"]() as session:
        firm, other = make_firm("Varnande Byrån AB"), make_firm("Stumma Byrån AB")
        other.warned_name, other.warned_email = "Inga Svar", "ingen@example.com"
        other.deputy_name, other.deputy_email = "Sten Stand", "sten@example.com"
        ottilia = make_user("Ottilia Ek", Role.MEMBER, firm)
        session.add_all([firm, other, ottilia, make_user("Algot Admin", Role.ADMIN)])
        session.commit()
        made = [connect(session, firm, ottilia, number) for number in range(200, 220)]
        silent = connect(session, other, None, 220)
        renew = ConnectionStatus.RENEWAL_NEEDED
        breaks(session, [*made[:12], silent], renew, "consent_ended")
        breaks(session, made[12:16], ConnectionStatus.DISTURBED, "visma_unavailable")
        breaks(session, made[16:17], ConnectionStatus.DISTURBED, "our_configuration")
        for _ in range(2):  # what bounces the first time goes to the deputy the second
            firm_warnings.tell(session)
            outages.watch(session, ["visma"], US)
            operator_alerts.watch(session, US)
            send_due(site.app)
            session.rollback()
        for number in range(221, 226):
            refused = connect(session, firm, ottilia, number)
            refused.doubted_at, refused.doubted_cause = now(), "number_missing"
            give_sealed(session, refused)
        outages.watch(session, ["visma"], US)
        send_due(site.app)
        session.execute(update(Connection).values(doubted_at=None, doubted_cause=None))
        outages.watch(session, ["visma"], US)
        breaks(session, made[17:18], renew, "approver_gone")
        warned = session.scalars(
            select(Letter.public_id).where(
                Letter.kind == LetterKind.WARNING, Letter.recipient == ottilia.email
            )
        ).one()
        paths = [
            "/admin/varningar",
            f"/admin/varningar/{warned}",
            f"/admin/varningar/kommande/{made[17].public_id}",
            f"/admin/byraer/{firm.id}",
            "/admin/bakgrund",
            "/admin/kopplingar",
        ]
        return Scene(paths, [ottilia.email, "sten@example.com", US.email])


def breaks(session: Session, some: list[Connection], status: ConnectionStatus, cause: str) -> None:
    """Half an hour ago."""
    become(session, tuple(some), status, cause, now() - HALF_AN_HOUR)


def keep_picture(page: Page, name: str) -> None:
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_the_pages_of_warnings_and_the_background(
    site: Site, scene: Scene, person: Open, width: int, scheme: str, *, script: bool
) -> None:
    size = {"width": width, "height": 900}
    page = person(viewport=size, color_scheme=scheme, java_script_enabled=script)
    page.goto(f"{site.url}/logga-in")
    page.locator("input[name=email]").fill("algot@example.com")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    for number, path in enumerate(scene.paths):
        answer = page.goto(site.url + path)
        assert answer
        assert answer.status == 200
        keep_picture(page, f"page-{number}-{width}-{scheme}")
        if script:
            check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_letters_fit_a_phone_and_have_enough_contrast(
    site: Site, scene: Scene, person: Open, scheme: str
) -> None:
    reader = person(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    for address in scene.addresses:
        for number, letter in enumerate(site.mail.to(address)):
            reader.set_content(html_of(letter))
            keep_picture(reader, f"letter-{address.partition('@')[0]}-{number}-{scheme}")
            wide = reader.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0
            options = {"runOnly": {"type": "rule", "values": RULES}}
            assert not axe.run(reader, options=options).response["violations"]
