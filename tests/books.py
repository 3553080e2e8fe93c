"""A company of the stand-in that is connected, with somebody of the firm who reads its books."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Self

from flask import Flask
from sqlalchemy import select

from tests.cast import make_user
from tests.client import Browser
from tests.connections import make_connection
from tests.standin import StandIn
from tests.traveller import HER_NUMBER, HERS, invite
from wizard.models import Connection, Event, EventKind, Firm, Role, User, now
from wizard.providers.base import FiscalYear
from wizard.services import vouchers
from wizard.services.vouchers import Label
from wizard.services.workshop import Workshop
from wizard.web.workshops import workshop_for

HOSTILE, LARGE, STUBBORN = "Fientliga Filer AB", "Stora Bolaget AB", "Vägrar Nummerfilter AB"
NUMBERS = {HERS: HER_NUMBER, HOSTILE: "5599002895", LARGE: "5599002820", STUBBORN: "5599002960"}

_firms = count()


@dataclass
class Shelf:
    """A connected company; ``token`` is the access token of its connection."""

    app: Flask
    visma: StandIn
    connection_id: int
    company_id: str
    owner: User
    token: str

    @classmethod
    def connect(cls, app: Flask, visma: StandIn, company: str = HERS) -> Self:
        """Connect a company without the road there, which has tests of its own."""
        place = next(_firms)
        link = invite(app, company, NUMBERS.get(company, HER_NUMBER), firm=f"Revision {place} AB")
        tokens = visma.mint("Vera Välja", company)[0]
        with app.extensions["sessions"]() as session:
            invitation = session.merge(link.invitation)
            connection = make_connection(session, type(link)(invitation, link.secret))
            vault, ends = app.extensions["vault"], now() + timedelta(seconds=3600)
            connection.access_expires_at = ends
            connection.refreshed_at, connection.next_refresh_at = now(), ends
            for name in ("access_token", "refresh_token"):
                setattr(connection, name, vault.seal(tokens[name], connection, name))
            firm = session.get_one(Firm, connection.firm_id)
            owner = make_user("Olga Ek", Role.MEMBER, firm)
            owner.email = f"reader{place}@example.com"
            session.add(owner)
            session.commit()
            company_id = invitation.company.public_id
        return cls(app, visma, connection.id, company_id, owner, tokens["access_token"])

    @property
    def workshop(self) -> Workshop:
        """What services work with."""
        with self.app.app_context():
            return workshop_for("visma")

    @property
    def browser(self) -> Browser:
        """A browser of the one who reads."""
        return Browser.open(self.app, self.owner)

    @property
    def at(self) -> str:
        """The address of the company's vouchers."""
        return f"/foretag/{self.company_id}/verifikat"

    def year(self) -> FiscalYear:
        """The newest fiscal year."""
        return vouchers.fiscal_years(self.workshop, self.connection_id)[0]

    def address(self, label: str, year_id: str = "") -> str:
        """The page of a voucher, as A-12."""
        return f"{self.at}/{year_id or self.year().id}/{label}"

    def documents(self, label: str) -> list[str]:
        """The addresses of a voucher's documents."""
        series, _, number = label.partition("-")
        year = self.year().id
        shown = vouchers.show(self.workshop, self.connection_id, year, Label(series, int(number)))
        voucher = shown.vouchers[0]
        return [f"{self.at}/{year}/{voucher.id}/dokument/{one.id}" for one in shown.documents]

    def openings(self) -> list[tuple[str | None, int | None]]:
        """Which vouchers' documents have been opened and by whom, as the history has it."""
        with self.app.extensions["sessions"]() as session:
            events = session.scalars(
                select(Event)
                .where(Event.kind == EventKind.DOCUMENT_OPENED)
                .where(Event.connection_id == self.connection_id)
                .order_by(Event.id)
            )
            return [(event.note, event.user_id) for event in events]

    def row(self) -> Connection:
        """The connection as it is now."""
        with self.app.extensions["sessions"]() as session:
            found: Connection = session.get_one(Connection, self.connection_id)
            return found
