"""An approver: a browser with a link that goes through our pages and the stand-in's."""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.client import Browser, Page
from tests.support.standin import StandIn
from wizard.models import Authorization, Company, Connection, Firm, KeyPurpose
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import Link

HERS = "Norrtälje Bokbinderi AB"
HER_NUMBER = "5599001079"
OURS = "http://localhost"


@dataclass
class Traveller:
    """An approver with a browser; ``at`` is the prefix of the pages' paths."""

    app: Flask
    visma: StandIn
    link: str
    browser: Browser
    at: str = field(default="")

    @classmethod
    def with_link(cls, app: Flask, visma: StandIn, link: str) -> Self:
        """An approver who has just opened the link in a new browser."""
        traveller = cls(app, visma, link, Browser.open(app))
        traveller.open()
        return traveller

    def open(self) -> Page:
        """Open the link; returns the page it leads to."""
        page = self.browser.get(self.link, 303)
        self.at = page.goes_to.rstrip("/")
        return self.follow(page)

    def follow(self, page: Page) -> Page:
        """Follow all redirects; returns the final page."""
        while page.status in {302, 303}:
            page = self.browser.follow(page)
        return page

    def get(self, step: str, status: int | None = None) -> Page:
        """Fetch a page of the approver's, by the last segment of its path."""
        return self.browser.get(f"{self.at}/{step}", status)

    def post(self, step: str, status: int | None = None, **form: str) -> Page:
        """Submit the form of one of the approver's pages."""
        return self.browser.post(f"{self.at}/{step}", form, status)

    def go_straight(self) -> Self:
        """Skip to the approve button."""
        self.post("valkommen", 303, go="express")
        return self

    def depart(self, *, again: bool = False) -> str:
        """Press Ge behörighet; returns the URL at Visma."""
        return self.get(f"till-inloggning{'?igen=1' if again else ''}", 303).location

    def come_back(self, callback: str) -> Page:
        """Return from Visma; returns the final page."""
        return self.follow(self.browser.get(callback.removeprefix(OURS)))

    def approve(self, person: str = "Vera Välja", company: str | None = HERS) -> Page:
        """Approve at Visma and return; returns the final page."""
        return self.come_back(self.visma.approve(self.depart(), person, company))

    def receipt(self) -> str:
        """The path of the receipt of what this browser approved."""
        page = self.follow(self.get("klart"))
        found = re.search(r"/kvitto/nr/\w+", page.text)
        assert found, page.words
        return found[0]

    def mail_receipt(self, email: str, status: int = 303) -> Page:
        """Ask to have the receipt mailed to an address."""
        return self.browser.post(f"{self.receipt()}/mejla", {"email": email}, status)


def invite(
    app: Flask, name: str = HERS, number: str = HER_NUMBER, *, firm: str = "Byrån AB"
) -> Link:
    """Invite a company, which is added if needed; returns a link."""
    with app.extensions["sessions"]() as session:
        owner = session.scalar(select(Firm).where(Firm.name == firm)) or Firm(
            name=firm,
            contact_name="Britta Berg",
            contact_email="britta@example.com",
            contact_phone="08-123 45 67",
        )
        session.add(owner)
        session.flush()
        hers = (Company.firm_id == owner.id, Company.organisation_number == number)
        company = session.scalar(select(Company).where(*hers)) or Company(
            firm=owner, name=name, organisation_number=number
        )
        session.add(company)
        session.flush()
        return lifecycle.activate(session, company, "visma", None, KeyPurpose.COPIED)


def address(link: Link) -> str:
    """The path of a link."""
    return f"/k/{link.secret}"


def authorizations(database: Session) -> list[Authorization]:
    """All authorizations, oldest first, reloaded."""
    database.expire_all()
    return list(database.scalars(select(Authorization).order_by(Authorization.id)))


def connections(database: Session) -> list[Connection]:
    """All connections, reloaded."""
    database.expire_all()
    return list(database.scalars(select(Connection)))


def with_changes(callback: str, **changes: str | None) -> str:
    """The callback URL with changed or removed parameters."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    said.update({name: value for name, value in changes.items() if value is not None})
    kept = {name: value for name, value in said.items() if changes.get(name, "") is not None}
    return f"{OURS}/visma/callback?{urlencode(kept)}"


def cause_of(database: Session) -> str | None:
    """The cause of the newest authorization."""
    return authorizations(database)[-1].cause
