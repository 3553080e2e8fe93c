"""Where the main button stands on every page of the road: `python -m tests.measures action_in_sight`."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, ViewportSize, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.site import Site, at_visma, press
from tests.conftest import SETTINGS, migrate
from tests.support.chromium import FLAGS
from tests.support.live import Wizard
from tests.support.mail_server import MailServer
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import config, create_app
from wizard.causes import Cause
from wizard.demo.catalogues import compile_changed
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    ConnectionStatus,
    Consent,
    InvitationKey,
    InvitationStatus,
    RequirementAnswer,
    now,
)
from wizard.services.connections.disconnection import disconnect
from wizard.services.consents import disconnect_codes, receipts
from wizard.services.outbox import Addressee

SIZES: tuple[ViewportSize, ...] = (
    {"width": 360, "height": 640},
    {"width": 1366, "height": 650},
)
NOT_OF_A_TRIP = {  # causes with a page of their own, or only at a living connection
    Cause.LOST_SESSION,
    Cause.COOKIES_OFF,
    Cause.NEVER_RETURNED,
    Cause.EXPIRED,
    Cause.WITHDRAWN,
    Cause.REPLACED,
    Cause.FINISHED,
    Cause.CONSENT_ENDED,
    Cause.APPROVER_GONE,
}
# The main button is the first filled one, else the first; what covers a place does not let it be seen.
LOOK = """() => {
  const shown = selector => [...document.querySelectorAll(selector)].filter(
    one => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().height > 1);
  const inView = one => {
    const box = one.getBoundingClientRect(), x = box.left + box.width / 2;
    const free = y => {
      const top = document.elementFromPoint(x, y);
      return top && (one.contains(top) || top.contains(one));
    };
    return box.top >= 0 && box.bottom <= innerHeight && free(box.top + 2) && free(box.bottom - 2);
  };
  const filled = 'main .button:not(.quiet, .plain, .small)';
  const button = shown(filled)[0] || shown('main .button')[0];
  const box = button && button.getBoundingClientRect();
  const fact = shown('main .lead, main .company-box, main .facts')[0], after = fact && fact.nextElementSibling;
  const facts = fact ? [fact, after && after.matches('.company-box') ? after : fact] : [];
  return {
    heading: inView(shown('h1')[0]),
    fact: facts.length > 0 && facts.every(inView),
    words: button ? button.innerText.trim() : '',
    y: button ? Math.round(box.top) : null,
    bottom: button ? Math.ceil(box.bottom) : null,
    pressable: !button || inView(button),
    tall: button ? Math.round(box.height) : null,
  };
}"""


@dataclass(frozen=True)
class Sight:
    """What is seen of a page before anybody scrolls; `words` are the main button's, "" without one."""

    name: str
    width: int
    height: int
    heading: bool
    fact: bool
    words: str
    y: int | None
    bottom: int | None
    pressable: bool
    tall: int | None

    @property
    def holds(self) -> bool:
        """True if heading, fact and main action are in view."""
        in_sight = self.bottom is None or self.bottom <= self.height
        return self.heading and self.fact and in_sight and self.pressable

    def __str__(self) -> str:
        """A line of the table."""
        place = "–" if self.y is None else f"{self.y}–{self.bottom}"
        seen = f"{'yes' if self.heading else 'NO':>8}{'yes' if self.fact else 'NO':>6}"
        size = f"{self.width}×{self.height}"
        return (
            f"{self.name:34}{size:>10}{place:>12}{seen}  {'' if self.holds else 'OUT '}{self.words}"
        )


def look(page: Page, name: str) -> Iterator[Sight]:
    """The page at each size, as it opens."""
    before = page.viewport_size
    for size in SIZES:
        page.set_viewport_size(size)
        page.evaluate("scrollTo(0, 0)")
        yield Sight(name, size["width"], size["height"], **page.evaluate(LOOK))
    if before:
        page.set_viewport_size(before)


@dataclass(frozen=True)
class Walk:
    """A walk over all pages with one invitation; `at` is the address of its pages without the last part."""

    site: Site
    page: Page
    at: str

    @classmethod
    def begin(cls, site: Site, page: Page) -> "Walk":
        """Open a new link."""
        page.goto(site.link())
        return cls(site, page, page.url.rpartition("/")[0])

    @contextmanager
    def key(self) -> Iterator[tuple[Session, InvitationKey]]:
        """The newest link in a session, which is committed."""
        with self.site.app.extensions["sessions"].begin() as session:
            newest = select(InvitationKey).order_by(InvitationKey.id.desc()).limit(1)
            yield session, session.scalars(newest).one()

    def go(self, step: str) -> Page:
        """Open one of its pages; the page that stands there may just be going on by itself."""
        try:
            self.page.goto(f"{self.at}/{step}")
        except Error as error:
            if "ERR_ABORTED" not in error.message:
                raise
            self.page.goto(f"{self.at}/{step}")
        return self.page

    def change(self, **values: Any) -> None:
        """Change the link, or its invitation by names with `invitation_`."""
        with self.key() as (_, key):
            for name, value in values.items():
                of_invitation = name.startswith("invitation_")
                row = key.invitation if of_invitation else key
                setattr(row, name.removeprefix("invitation_"), value)

    def trip(self, **values: Any) -> None:
        """Depart, forget all trips before it, and set how it stands."""
        self.page.request.get(f"{self.at}/till-inloggning", max_redirects=0)
        with self.key() as (session, key):
            of_hers = Authorization.invitation_id == key.invitation_id
            trips = select(Authorization).where(of_hers).order_by(Authorization.id)
            *before, authorization = session.scalars(trips)
            for earlier in before:
                session.delete(earlier)
            for name, value in values.items():
                setattr(authorization, name, value)


def road(site: Site, page: Page) -> Iterator[tuple[Page, str]]:
    """Every page of the road, opened one after the other, with its name."""
    yield from _steps(site, page)
    yield from _trips(site, page)
    yield from _ends(site, page)
    yield from _afterwards(site, page)


def _steps(site: Site, page: Page) -> Iterator[tuple[Page, str]]:
    walk = Walk.begin(site, page)
    yield page, "valkommen"
    page.locator("button[value=express]").click()
    for step in ("behorighet", "bokforing", "foretag", "ge-behorighet", "kollega", "nej"):
        yield walk.go(step), step
    for step, answers in (
        ("permission", ("no", "not_found", "unsure")),
        ("bookkeeping", ("no", "unsure")),
    ):
        for answer in answers:
            walk.change(**{f"{step}_answer": RequirementAnswer(answer)})
            name = {"permission": "behorighet", "bookkeeping": "bokforing"}[step]
            yield walk.go(name), f"{name}: {answer}"
    walk.go("kollega")
    press(page, "Skapa en länk till en kollega")
    yield page, "kollega: länken"
    walk.go("nej")
    press(page, "Nej, jag vill inte")
    yield page, "nej: gjort"
    yield walk.go("valkommen"), "slut: declined"


def _trips(site: Site, page: Page) -> Iterator[tuple[Page, str]]:
    walk = Walk.begin(site, page)
    page.locator("button[value=express]").click()
    walk.trip()
    yield walk.go("kontroll"), "väntar: away"
    yield walk.go("ge-behorighet"), "ge-behorighet: away"
    walk.trip(created_at=now() - timedelta(minutes=4))
    yield walk.go("kontroll"), f"orsak: {Cause.NEVER_RETURNED.value}"
    later = now() + timedelta(hours=1)
    checking = AuthorizationStatus.CHECKING
    walk.trip(status=checking, tries=1, next_try_at=later)
    yield walk.go("kontroll"), "väntar: checking"
    walk.trip(status=checking, tries=1, next_try_at=later, cause=Cause.PROVIDER_UNAVAILABLE)
    yield walk.go("kontroll"), "väntar: unavailable"
    walk.trip(status=AuthorizationStatus.RETURNED, tries=1, next_try_at=later)
    yield walk.go("kontroll"), "väntar: returned"
    for cause in Cause:
        if cause not in NOT_OF_A_TRIP:
            walk.trip(status=AuthorizationStatus.FAILED, cause=cause.value)
            yield walk.go("orsak"), f"orsak: {cause.value}"
    yield walk.go("ge-behorighet"), "ge-behorighet: efter orsak"
    page.goto(f"{walk.at}/till-inloggning")
    at_visma(page, "Stina Standardföretag")
    yield page, "orsak: fel företag, på riktigt"
    page.goto(f"{site.url}/visma/callback?state=anothers&code=anothers")
    yield page, "vilse, med länk"


def _ends(site: Site, page: Page) -> Iterator[tuple[Page, str]]:
    walk = Walk.begin(site, page)
    walk.change(invitation_expires_at=now() - timedelta(days=1))
    yield walk.go("valkommen"), "slut: expired"
    press(page, "Be om en ny länk")
    yield page, "slut: expired, bett"
    walk = Walk.begin(site, page)
    walk.change(invitation_status=InvitationStatus.WITHDRAWN, invitation_ended_at=now())
    yield walk.go("valkommen"), "slut: withdrawn"
    walk = Walk.begin(site, page)
    walk.change(ended_at=now())
    yield walk.go("valkommen"), "slut: replaced"
    assert page.context.browser
    stranger = page.context.browser.new_context(locale="sv-SE").new_page()
    stranger.goto(f"{walk.at}/valkommen")
    yield stranger, "stängd"
    stranger.goto(f"{site.url}/visma/callback?state=anothers&code=anothers")
    yield stranger, "vilse, utan länk"
    stranger.context.close()


def _afterwards(site: Site, page: Page) -> Iterator[tuple[Page, str]]:
    page.context.clear_cookies(domain="127.0.0.1")  # nobody is signed in at Visma
    link = site.link()
    page.goto(link)
    page.locator("button[value=express]").click()
    at = page.url.rpartition("/")[0]
    page.goto(f"{at}/till-inloggning")
    at_visma(page, "Elsa Ensam")
    page.wait_for_url("**/klart")
    yield page, "klart"
    assert page.context.browser
    second = page.context.browser.new_context(locale="sv-SE").new_page()
    second.goto(link)
    yield second, "slut: finished"
    with site.app.extensions["sessions"]() as session:
        consent = session.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
        invitation = receipts.invitation_of(session, consent)
        her = Addressee("elsa@example.com", "sv")
        letter = receipts.mail_receipt(session, invitation, consent, her)
        secret = receipts.make_key(session, letter)
        session.commit()
    second.goto(f"{site.url}/kvitto/{secret}")
    yield second, "kvitto"
    receipt = second.url
    second.goto(f"{receipt}/koppla-fran")
    yield second, "koppla från"
    with site.app.extensions["sessions"]() as session:
        consent = session.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
        invitation = receipts.invitation_of(session, consent)
        disconnect_codes.ask(session, invitation, consent, her)
    second.goto(f"{receipt}/koppla-fran")
    yield second, "koppla från: koden"
    yield from _ended_connection(site, page, second, link, receipt)
    second.context.close()


def _ended_connection(
    site: Site, page: Page, second: Page, link: str, receipt: str
) -> Iterator[tuple[Page, str]]:
    with site.app.extensions["sessions"].begin() as session:
        newest = select(Connection).order_by(Connection.id.desc()).limit(1)
        session.scalars(newest).one().status = ConnectionStatus.RENEWAL_NEEDED
    second.goto(link)
    yield second, "slut: renewal_link"
    with site.app.extensions["sessions"]() as session:
        disconnect(session, session.scalars(newest).one(), staff=None)
    second.goto(link)
    yield second, "slut: disconnected_link"
    second.goto(receipt)
    yield second, "kvitto, frånkopplad"
    second.goto(f"{receipt}/koppla-fran")
    yield second, "koppla från: gjort"
    page.reload()
    yield page, "klart, frånkopplad"


def sights(site: Site, page: Page) -> Iterator[Sight]:
    """What is seen of every page of the road, at each size."""
    for shown, name in road(site, page):
        yield from look(shown, name)


@contextmanager
def site_of(server: TestServer, log: Path) -> Iterator[Site]:
    """The wizard with a stand-in and a mail server, as processes with a new database."""
    listening, url = Wizard.address()
    redirect_uris = [f"{url}/visma/callback"]
    with StandIn.start(redirect_uris=redirect_uris) as visma, MailServer.start() as mail:
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
            "database_url": server.create("sights"),
            **visma.settings,
            **{name: str(value) for name, value in mail.settings.items()},
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        wizard = Wizard.start(listening, url, log, **settings)
        yield Site(url, app, visma, mail, log)
        wizard.stop()
        app.extensions["engine"].dispose()
        server.drop("sights")


def main() -> int:
    """Print the table; returns 1 if something is out of sight."""
    out = 0
    compile_changed(config.ROOT / "translations")
    write = sys.stdout.write
    write(f"{'page':34}{'window':>10}{'main y':>12}{'heading':>8}{'fact':>6}  main button\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        site_of(server, Path(folder) / "log") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for sight in sights(site, browser.new_context(locale="sv-SE").new_page()):
            write(f"{sight}\n")
            out += not sight.holds
        browser.close()
    write(f"out of sight: {out}\n")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
