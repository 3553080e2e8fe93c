"""What waits for Visma or for us, in a real browser: true words, and a mail that leads back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from tests.browser.site import Site, at_visma, check, heading, press
from tests.support.mail_server import secret_of, send_due
from tests.support.standin import StandIn
from tests.support.traveller import HERS
from wizard.models import UNFINISHED, Authorization, AuthorizationStatus, now
from wizard.services.authorizations import promises

Open = Callable[..., Page]
LOOKS = [(360, 640, "dark", False), (1280, 800, "light", True)]


@pytest.mark.parametrize(("width", "height", "scheme", "script"), LOOKS)
@pytest.mark.parametrize(
    ("endpoint", "said"), [("token", "Vänta en stund"), ("companysettings", "inte göra om något")]
)
def test_a_mail_is_asked_for_and_leads_back_to_the_same_step(
    site: Site,
    person: Open,
    visma: StandIn,
    endpoint: str,
    said: str,
    width: int,
    height: int,
    scheme: str,
    *,
    script: bool,
) -> None:
    same_window = "Ge behörighet" if width < 600 else "Öppna i samma fönster"
    page = person(
        viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script
    )
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    press(page, same_window)
    visma.fail(endpoint, "status", 503)
    at_visma(page, "Vera Välja", HERS)
    heading(page, "visma svarar inte")
    expect(page.get_by_role("main")).to_contain_text(said)
    if script:
        check(page)
    to = f"vera.{endpoint}.{width}@example.com"
    page.get_by_label("Din mejladress").fill(to)
    press(page, "Mejla mig")
    expect(page.get_by_role("main")).to_contain_text(f"Vi skriver till {to}")
    if script:
        check(page)
    visma.heal()
    give_up(site)
    (letter,) = site.mail.to(to)
    page.goto(site.url + secret_of(letter))
    press(page, same_window)
    at_visma(page, "Vera Välja", HERS)
    heading(page, "klart")


def give_up(site: Site) -> None:
    """Let every attempt that waits have taken too long, and mail what was promised of it."""
    late = {"status": AuthorizationStatus.FAILED, "cause": "stale_code", "ended_at": now()}
    waiting = Authorization.status.in_(UNFINISHED)
    with site.app.extensions["sessions"]() as session:
        session.execute(update(Authorization).where(waiting).values(**late, next_try_at=None))
        session.commit()
        promises.keep(session)
    send_due(site.app)
