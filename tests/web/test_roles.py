"""Who may ask for what: every address of the application, asked by each kind of person there is."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from stdnum import luhn
from werkzeug.routing import Rule

from tests.support.cast import Cast, make_user
from tests.support.client import Browser, Page
from tests.support.single_sign_on import provider_for
from tests.support.webhooks import connect
from tests.test_house_rules import PUBLIC
from wizard.models import BulkAct, Company, KeyPurpose, Role, User
from wizard.services.api import api_keys
from wizard.services.bulk import previewing
from wizard.services.bulk.previewing import Wish
from wizard.services.imports import judging
from wizard.services.imports.judging import By
from wizard.services.invitations import lifecycle
from wizard.services.webhooks import receivers
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes

# Nobody who is signed in; a member of the firm; one who may manage its users; one who may manage
# another firm's; support; admin. Every address is of something that belongs to the first firm.
PEOPLE = ("stranger", "member", "manager", "other_firm", "support", "admin")
# What they are answered, in that order: `+` she is let in (a page, a way on, or what is wrong with an
# empty form), `-` is sent to sign in, `x` is refused (403), `o` finds nothing (404), `k` needs a key (401).
TABLE = (Path(__file__).parent / "roles.txt").read_text()
ROWS = dict(line.rsplit(maxsplit=1) for line in TABLE.strip().splitlines())
NOTHING = "okand"
STAND_IN = {  # what is asked for where nothing of the firm is named
    "article": "ar-lanken-akta",
    "language": "sv",
    "provider": "visma",
}
# What support and admins see of a firm's company, never a document; and how they look at the list.
MAY_LOOK = {
    "company.columns",
    "company.detail",
    "company.index",
    "company.index_file",
    "company.openings",
}
MAIL = {
    "smtp_host": "127.0.0.1",
    "smtp_port": 1,
    "smtp_security": "none",
    "mail_sender": "guiden@example.com",
}
_numbers = count(1)


@dataclass
class World:
    """Makes something of the firm to ask for, new for each press, since a press may end it."""

    app: Flask
    session: Session
    cast: Cast

    def company(self) -> Company:
        digits = f"556{next(_numbers):06}"
        number = digits + luhn.calc_check_digit(digits)
        found = Company(firm=self.cast.firm, name="Bageriet AB", organisation_number=number)
        self.session.add(found)
        self.session.commit()
        return found

    def waiting(self) -> Company:
        """A company whose invitation waits."""
        company = self.company()
        lifecycle.activate(self.session, company, "visma", self.cast.owner, KeyPurpose.COPIED)
        return company

    def connection(self) -> str:
        return connect(self.session, self.company()).public_id

    def connected(self) -> str:
        company = self.company()
        connect(self.session, company)
        return company.public_id

    def invitation(self) -> str:
        link = lifecycle.activate(self.session, self.company(), "visma", None, KeyPurpose.COPIED)
        return link.invitation.public_id

    def person(self) -> str:
        number = next(_numbers)
        found = make_user(f"Person{number} Ek", Role.MEMBER, self.cast.firm)
        self.session.add(found)
        self.session.commit()
        return found.public_id

    def imported(self) -> str:
        words = f"{self.company().organisation_number};Bageriet AB"
        return judging.read(self.session, self.cast.firm, By(self.cast.owner), words).public_id

    def several(self) -> str:
        wish = Wish(BulkAct.RESPONSIBLE, self.cast.owner)
        ids = [self.company().id]
        return previewing.preview(self.session, self.cast.owner, wish, ids).public_id

    def key(self) -> str:
        return api_keys.create(self.session, self.cast.firm, "Analys", None).key.public_id

    def receiver(self) -> str:
        wishes = Wishes("https://analys.example.com/", "Analys", list(SUBSCRIBABLE))
        vault = self.app.extensions["vault"]
        return receivers.create(self.session, vault, self.cast.firm, wishes).public_id

    def provider(self) -> str:
        name, place = f"Inloggning {next(_numbers)}", (self.cast.firm, None)
        silent = "http://127.0.0.1:1/.well-known/openid-configuration"
        return provider_for(self.session, place, name=name, metadata_url=silent).public_id

    def named_by(self, rule: Rule) -> dict[str, Any]:
        """The parts of an address of this rule."""
        area, _, name = rule.endpoint.partition(".")
        of_area: dict[str, Callable[[], str]] = {
            "company": lambda: self.waiting().public_id,
            "company_record": lambda: self.company().public_id,
            "checking": self.connected if name == "company" else self.connection,
            "disconnection": self.connected if name == "company" else self.connection,
            "voucher": self.connected,
            "sample": self.connected,
            "completeness": self.connected,
            "support": self.connected,
            "admin": self.connection,
            "users": self.person,
            "imports": self.imported,
            "bulk": self.several,
            "keys": self.key,
            "webhooks": self.receiver,
            "onboarding": self.invitation,
            "authorization": self.invitation,
            "receipt": self.invitation,
            "auth": self.provider,
        }
        parts: dict[str, Any] = {name: STAND_IN.get(name, NOTHING) for name in rule.arguments}
        if "public_id" in parts and area in of_area:
            parts["public_id"] = of_area[area]()
        if "firm_id" in parts:
            parts["firm_id"] = self.cast.firm.id
        return parts


def answered(page: Page) -> str:
    """The sign of an answer."""
    if page.goes_to == "/logga-in":
        return "-"
    assert page.status != 429
    assert page.status < 500 or page.status == 503  # whom a page asks is not there in this test
    return {401: "k", 403: "x", 404: "o"}.get(page.status, "+")


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, which can mail."""
    return make_app(**MAIL)


@pytest.fixture
def people(session: Session, cast: Cast) -> dict[str, User | None]:
    """The six."""
    cast.colleague.may_manage_members = cast.stranger.may_manage_members = True
    session.commit()
    return {
        "stranger": None,
        "member": cast.owner,
        "manager": cast.colleague,
        "other_firm": cast.stranger,
        "support": cast.support,
        "admin": cast.admin,
    }


def asked(app: Flask) -> list[tuple[str, str, Rule]]:
    """Every rule of the application, with its method."""
    return [
        (f"{rule.endpoint} {method}", method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def test_every_address_has_its_row(app: Flask) -> None:
    assert {name for name, _method, _rule in asked(app)} == set(ROWS)


def test_everybody_is_answered_as_the_table_says(
    app: Flask, session: Session, cast: Cast, people: dict[str, User | None]
) -> None:
    world, found = World(app, session, cast), dict[str, str]()
    for name, method, rule in asked(app):
        signs, path = "", ""
        for user in people.values():
            if method == "POST" or not path:  # who only looks ends nothing
                path = app.url_map.bind("").build(rule.endpoint, world.named_by(rule))
            opened, network = Browser.open(app, user), next(_numbers)
            # each from elsewhere, or what limits strangers would answer the later ones
            where = {"REMOTE_ADDR": f"198.51.{network // 250}.{network % 250}"}
            ask = opened.get if method == "GET" else opened.post
            signs += answered(ask(path, environ_overrides=where))
        assert found.setdefault(name, signs) == signs, name
    assert found == ROWS


def test_what_strangers_are_let_in_to_is_public() -> None:
    let_in = {name.split()[0] for name, signs in ROWS.items() if signs[0] == "+"}
    assert let_in <= PUBLIC | {
        "account_link.forgotten",
        "auth.single_sign_on_begin",
        "consents.ask",
    }


def test_duties_are_separated() -> None:
    """Support and admins open no firm's documents and do nothing in its name, and a key is for programs alone."""
    for name, signs in ROWS.items():
        endpoint = name.split()[0]
        area, of = endpoint.partition(".")[0], dict(zip(PEOPLE, signs, strict=True))
        if (
            area in {"voucher", "sample", "completeness", "company", "company_record", "imports"}
            and endpoint not in MAY_LOOK
        ):
            assert of["support"] == of["admin"] == "x", name
        if area in {"users", "webhooks", "keys", "audit", "person"}:
            assert of["support"] == "x", name
        if area == "api":
            assert set(signs) == {"k"}, name
