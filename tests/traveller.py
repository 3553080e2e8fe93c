"""An approver on her road: a browser with a link, walking our pages and the stand-in's."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.client import Browser, Page
from tests.standin import StandIn
from wizard.models import Authorization, Company, Connection, Firm, KeyPurpose
from wizard.services import invitations
from wizard.services.invitations import Link

HERS = "Norrtälje Bokbinderi AB"
HER_NUMBER = "5599001079"
OURS = "http://localhost"


@dataclass
class Traveller:
    """One person with one browser; ``at`` is the start of her pages' addresses."""

    app: Flask
    visma: StandIn
    link: str
    browser: Browser
    at: str = field(default="")

    @classmethod
    def with_link(cls, app: Flask, visma: StandIn, link: str) -> Self:
        """A person who has just opened the link in a browser of her own."""
        traveller = cls(app, visma, link, Browser.open(app))
        traveller.open()
        return traveller

    def open(self) -> Page:
        """Open the link; the page it leads to."""
        page = self.browser.get(self.link, 303)
        self.at = page.location.rstrip("/")
        return self.follow(page)

    def follow(self, page: Page) -> Page:
        """The page at the end of the redirects."""
        while page.status in {302, 303}:
            page = self.browser.follow(page)
        return page

    def get(self, step: str, status: int | None = None) -> Page:
        """One of her pages, by the last word of its address."""
        return self.browser.get(f"{self.at}/{step}", status)

    def post(self, step: str, status: int | None = None, **form: str) -> Page:
        """Press a button of one of her pages."""
        return self.browser.post(f"{self.at}/{step}", form, status)

    def go_straight(self) -> Self:
        """Skip to the button that gives permission."""
        self.post("valkommen", 303, go="express")
        return self

    def depart(self, *, again: bool = False) -> str:
        """Press Ge behörighet; the address at Visma."""
        return self.get(f"till-inloggning{'?igen=1' if again else ''}", 303).location

    def come_back(self, callback: str) -> Page:
        """Return from Visma; the page at the end."""
        return self.follow(self.browser.get(callback.removeprefix(OURS)))

    def approve(self, person: str = "Vera Välja", company: str | None = HERS) -> Page:
        """To Visma, approve there, and back; the page at the end."""
        return self.come_back(self.visma.approve(self.depart(), person, company))


def invite(
    app: Flask, name: str = HERS, number: str = HER_NUMBER, *, firm: str = "Byrån AB"
) -> Link:
    """A link to a company, which is made if it is not there."""
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
        return invitations.activate(session, company, "visma", None, KeyPurpose.COPIED)


def address(link: Link) -> str:
    """The path of a link."""
    return f"/k/{link.secret}"


def trips(database: Session) -> list[Authorization]:
    """All trips, oldest first, as they are now."""
    database.expire_all()
    return list(database.scalars(select(Authorization).order_by(Authorization.id)))


def connections(database: Session) -> list[Connection]:
    """All connections, as they are now."""
    database.expire_all()
    return list(database.scalars(select(Connection)))


def with_changes(callback: str, **changes: str | None) -> str:
    """The callback with parameters set to something else, or left out."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    said.update({name: value for name, value in changes.items() if value is not None})
    kept = {name: value for name, value in said.items() if changes.get(name, "") is not None}
    return f"{OURS}/visma/callback?{urlencode(kept)}"


def cause_of(database: Session) -> str | None:
    """The cause of the newest trip."""
    return trips(database)[-1].cause
