"""From a link that leads nowhere, or a way home that is lost, to an active connection."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.site import Site, at_visma, check, heading, press
from tests.browser.test_road import press_in_the_same_window, straight_to_visma
from tests.support.standin import StandIn
from tests.support.traveller import HERS, address
from wizard.models import Event, EventKind, Invitation, KeyPurpose, Role, User, now
from wizard.services.invitations import lifecycle

Open = Callable[..., Page]
Sender = Callable[[Session, Invitation], lifecycle.Link]


def sender(session: Session) -> User:
    """The member of staff who made the link."""
    name = f"sender{now().timestamp()}@example.com"
    user = User(email=name, name="Olga Ek", role=Role.ADMIN, password_hash="x")
    session.add(user)
    session.flush()
    return user


def make_again(session: Session, invitation: Invitation) -> lifecycle.Link:
    """The sender presses Aktivera once more."""
    return lifecycle.activate(
        session, invitation.company, invitation.provider, sender(session), KeyPurpose.COPIED
    )


def expire(session: Session, invitation: Invitation) -> Sender:
    invitation.expires_at = now() - timedelta(seconds=1)
    session.commit()
    return make_again


def withdraw(session: Session, invitation: Invitation) -> Sender:
    lifecycle.withdraw(session, invitation, sender(session))
    return make_again


def replace(session: Session, invitation: Invitation) -> Sender:
    link = lifecycle.new_link(session, invitation, sender(session))
    return lambda _session, _invitation: link


@pytest.mark.parametrize("end", [expire, withdraw, replace])
def test_an_ended_link_leads_by_one_press_to_a_new_one_and_on(
    site: Site, person: Open, visma: StandIn, end: Callable[[Session, Invitation], Sender]
) -> None:
    old = site.link()
    with site.app.extensions["sessions"]() as session:
        newest = select(Invitation).order_by(Invitation.id.desc()).limit(1)
        invitation = session.scalars(newest).one()
        answer = end(session, invitation)
        page = person(viewport={"width": 360, "height": 740})
        page.goto(old)
        check(page)
        press(page, "Be om en ny länk")
        expect(page.get_by_role("status").first).to_be_visible()
        asked = Event.kind == EventKind.NEW_LINK_ASKED
        assert session.scalars(select(Event).where(asked)).all()
        link = answer(session, invitation)
    straight_to_visma(page, site.url + address(link))
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    assert len(visma.grants()) == 1


def test_who_comes_home_without_her_state_goes_on_where_she_was(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport={"width": 360, "height": 740})
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    page.wait_for_url(re.compile("/ge-behorighet$"))
    page.goto(f"{site.url}/visma/callback?state=anothers&code=anothers")
    check(page)
    press(page, "Fortsätt")
    press_in_the_same_window(page)
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    assert len(visma.grants()) == 1


def test_what_was_wrong_with_us_is_mended_and_the_link_goes_on(
    site: Site, person: Open, visma: StandIn
) -> None:
    link = site.link()
    page = person(viewport={"width": 360, "height": 740})
    straight_to_visma(page, link)
    at_visma(page, "Fel Klient-Frida", HERS)
    page.wait_for_url(re.compile("/orsak"))
    check(page)
    page.context.clear_cookies(domain="127.0.0.1")  # another person at Visma
    page.goto(link)  # the page says: your link leads to the same step
    press_in_the_same_window(page)
    at_visma(page, "Vera Välja", HERS)
    heading(page, "klart")
