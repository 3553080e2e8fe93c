"""A connected company of the stand-in, and a member of the firm who reads its books."""

from dataclasses import dataclass
from itertools import count
from typing import Self

from flask import Flask
from sqlalchemy import select

from tests.support.cast import make_user
from tests.support.client import Browser
from tests.support.connections import make_connection
from tests.support.grants import give_grant
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS, invite
from wizard.models import Connection, Event, EventKind, Firm, Role, User
from wizard.providers.base import FiscalYear
from wizard.services.books import vouchers
from wizard.services.books.labels import Label
from wizard.services.context import ProviderContext
from wizard.wiring.providers import provider_context

HOSTILE, LARGE, STUBBORN = "Fientliga Filer AB", "Stora Bolaget AB", "Vägrar Nummerfilter AB"
NUMBERS = {HERS: HER_NUMBER, HOSTILE: "5599002895", LARGE: "5599002820", STUBBORN: "5599002960"}

_firms = count()


@dataclass
class BookReader:
    """A connected company; ``token`` is the access token of its connection."""

    app: Flask
    visma: StandIn
    connection_id: int
    company_id: str
    owner: User
    token: str

    @classmethod
    def connect(cls, app: Flask, visma: StandIn, company: str = HERS) -> Self:
        """Connect a company without going through the pages, which other tests cover."""
        place = next(_firms)
        link = invite(app, company, NUMBERS.get(company, HER_NUMBER), firm=f"Revision {place} AB")
        tokens = visma.mint("Vera Välja", company)[0]
        with app.extensions["sessions"]() as session:
            invitation = session.merge(link.invitation)
            connection = make_connection(session, type(link)(invitation, link.secret))
            grant = give_grant(session, app.extensions["vault"], connection, tokens)
            grant.next_refresh_at = grant.access_expires_at
            firm = session.get_one(Firm, connection.firm_id)
            owner = make_user("Olga Ek", Role.MEMBER, firm)
            owner.email = f"reader{place}@example.com"
            session.add(owner)
            session.commit()
            company_id = invitation.company.public_id
        return cls(app, visma, connection.id, company_id, owner, tokens["access_token"])

    @property
    def context(self) -> ProviderContext:
        """The provider context for services."""
        with self.app.app_context():
            return provider_context("visma")

    @property
    def browser(self) -> Browser:
        """The reader's browser, signed in."""
        return Browser.open(self.app, self.owner)

    @property
    def at(self) -> str:
        """The URL of the company's vouchers."""
        return f"/foretag/{self.company_id}/verifikat"

    def year(self) -> FiscalYear:
        """The newest fiscal year."""
        return vouchers.fiscal_years(self.context, self.connection_id)[0]

    def address(self, label: str, year_id: str = "") -> str:
        """The URL of a voucher, with a label such as A-12."""
        return f"{self.at}/{year_id or self.year().id}/{label}"

    def documents(self, label: str) -> list[str]:
        """The URLs of a voucher's documents."""
        series, _, number = label.partition("-")
        year = self.year().id
        shown = vouchers.show(self.context, self.connection_id, year, Label(series, int(number)))
        voucher = shown.vouchers[0]
        return [f"{self.at}/{year}/{voucher.id}/dokument/{one.id}" for one in shown.documents]

    def openings(self) -> list[tuple[str | None, int | None]]:
        """The openings in the history: the voucher's label and the user's id."""
        with self.app.extensions["sessions"]() as session:
            events = session.scalars(
                select(Event)
                .where(Event.kind == EventKind.DOCUMENT_OPENED)
                .where(Event.connection_id == self.connection_id)
                .order_by(Event.id)
            )
            return [(event.note, event.user_id) for event in events]

    def row(self) -> Connection:
        """The connection, reloaded."""
        with self.app.extensions["sessions"]() as session:
            found: Connection = session.get_one(Connection, self.connection_id)
            return found
