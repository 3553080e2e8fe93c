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
from wizard.models import Company, KeyPurpose, Role, User
from wizard.services.api import api_keys
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
TABLE = """
about.accessibility GET                ++++++
about.data GET                         ++++++
about.home GET                         ++++++
account.details POST                   -+++++
account.end_others POST                -+++++
account.end_session POST               -ooooo
account.index GET                      -+++++
account.password POST                  -+++++
account_link.choose GET                oooooo
account_link.choose POST               oooooo
account_link.first GET                 -+++++
account_link.first POST                -+++++
account_link.forgotten GET             ++++++
account_link.forgotten POST            ++++++
account_link.open_link GET             oooooo
admin.background GET                   -xxx++
admin.connection GET                   -xxx++
admin.connections GET                  -xxx++
admin.firm GET                         -xxxx+
admin.firm POST                        -xxxx+
admin.firms GET                        -xxxx+
admin.logo GET                         -xxxx+
admin.logo POST                        -xxxx+
admin.pictures GET                     -xxxx+
api.check_connection POST              kkkkkk
api.create_company POST                kkkkkk
api.create_handover POST               kkkkkk
api.create_invitation POST             kkkkkk
api.disconnect_connection POST         kkkkkk
api.fetch_sample POST                  kkkkkk
api.list_companies GET                 kkkkkk
api.list_connections GET               kkkkkk
api.list_documents GET                 kkkkkk
api.list_fiscal_years GET              kkkkkk
api.list_vouchers GET                  kkkkkk
api.read_company GET                   kkkkkk
api.read_connection GET                kkkkkk
api.read_document GET                  kkkkkk
api.read_invitation GET                kkkkkk
api.read_voucher GET                   kkkkkk
api.resend_invitation POST             kkkkkk
api.withdraw_invitation POST           kkkkkk
audit.export GET                       -x++x+
audit.index GET                        -x++x+
auth.code GET                          ------
auth.code POST                         ------
auth.confirm_at_provider GET           -ooooo
auth.passkey POST                      ------
auth.passkey_alone POST                ------
auth.sign_in GET                       ++++++
auth.sign_in POST                      ++++++
auth.sign_out POST                     ------
auth.single_sign_on_answer GET         ------
auth.single_sign_on_begin GET          ++++++
authorization.callback GET             ++++++
authorization.cause GET                oooooo
authorization.check GET                oooooo
authorization.depart GET               oooooo
authorization.lost GET                 ++++++
authorization.mail_link_again POST     ++++++
authorization.no_choice POST           oooooo
authorization.progress GET             oooooo
authorization.question_number POST     oooooo
authorization.receipt GET              oooooo
authorization.tell_me POST             oooooo
authorization.tell_sender POST         oooooo
checking.company POST                  -++o++
checking.connection POST               -xxx++
company.activate POST                  -++oxx
company.create GET                     -+++xx
company.create POST                    -+++xx
company.detail GET                     -++o++
company.index GET                      -+++++
company.new_link POST                  -++oxx
company.openings GET                   -++o++
company.pressed GET                    -+++xx
company.renew POST                     -++oxx
company.send GET                       -++oxx
company.send POST                      -++oxx
company.set_reminders POST             -++oxx
company.show_link POST                 -++oxx
company.upload GET                     -++oxx
company.withdraw POST                  -++oxx
company_record.archive POST            -++oxx
company_record.edit GET                -++oxx
company_record.edit POST               -++oxx
company_record.remove GET              -++oxx
company_record.remove POST             -++oxx
company_record.take_back POST          -++oxx
desk.index GET                         -xxx++
disconnection.code POST                oooooo
disconnection.company GET              -++oxx
disconnection.company POST             -++oxx
disconnection.connection GET           -xxxx+
disconnection.connection POST          -xxxx+
disconnection.receipt GET              oooooo
disconnection.receipt POST             oooooo
handover.confirm GET                   oooooo
handover.enter POST                    oooooo
handover.open_handover GET             oooooo
health.healthz GET                     ++++++
help.article GET                       ++++++
help.index GET                         ++++++
keys.create GET                        -xxxx+
keys.create POST                       -xxxx+
keys.end_own POST                      -x+oxx
keys.index GET                         -xxxx+
keys.of_firm GET                       -+++xx
keys.revoke POST                       -xxxx+
language.choose GET                    ++++++
logo.image GET                         oooooo
metrics.figures GET                    oooooo
onboarding.approve GET                 oooooo
onboarding.ask_new_link POST           oooooo
onboarding.bookkeeping GET             oooooo
onboarding.bookkeeping POST            oooooo
onboarding.colleague GET               oooooo
onboarding.colleague POST              oooooo
onboarding.colleague_progress GET      oooooo
onboarding.company GET                 oooooo
onboarding.company POST                oooooo
onboarding.decline GET                 oooooo
onboarding.decline POST                oooooo
onboarding.open_link GET               oooooo
onboarding.permission GET              oooooo
onboarding.permission POST             oooooo
onboarding.resume GET                  oooooo
onboarding.welcome GET                 oooooo
onboarding.welcome POST                oooooo
person.index GET                       -xxxx+
person.index POST                      -xxxx+
picture.image GET                      oooooo
picture.show GET                       oooooo
proof.index GET                        -+++++
proof.index POST                       -+++++
receipt.mail POST                      oooooo
receipt.mail_to_known POST             oooooo
receipt.open_receipt GET               oooooo
receipt.pdf GET                        oooooo
receipt.show GET                       oooooo
reference.index GET                    ++++++
reference.openapi GET                  ++++++
sample.fetch POST                      -++oxx
sample.index GET                       -++oxx
sample.index POST                      -++oxx
second_factor.confirm GET              -+++++
second_factor.confirm POST             -+++++
second_factor.confirm_with_passkey POST -+++++
second_factor.passkey GET              -+++++
second_factor.passkey POST             -+++++
second_factor.recovery POST            -+++++
second_factor.remove POST              -+++++
second_factor.remove_passkey POST      -ooooo
second_factor.set_up GET               -+++++
second_factor.set_up POST              -+++++
static GET                             oooooo
support.company GET                    -xxx++
support.company POST                   -xxx++
support.index GET                      -xxx++
users.activate POST                    -x+ox+
users.deactivate GET                   -x+ox+
users.deactivate POST                  -x+ox+
users.index GET                        -x++x+
users.invite GET                       -x++x+
users.invite POST                      -x++x+
users.mail_link POST                   -x+ox+
users.person GET                       -x+ox+
users.person POST                      -x+ox+
users.reset_factor POST                -xxxx+
users.sign_out POST                    -x+ox+
voucher.document GET                   -++oxx
voucher.index GET                      -++oxx
voucher.show GET                       -++oxx
warnings.index GET                     -xxx++
warnings.letter GET                    -xxxoo
warnings.upcoming GET                  -xxxoo
webhooks.create GET                    -xxxx+
webhooks.create POST                   -xxxx+
webhooks.edit GET                      -xxxx+
webhooks.edit POST                     -xxxx+
webhooks.end POST                      -xxxx+
webhooks.index GET                     -xxxx+
webhooks.pause POST                    -xxxx+
webhooks.receiver GET                  -xxxx+
webhooks.replay POST                   -xxxx+
webhooks.replay_since GET              -xxxx+
webhooks.replay_since POST             -xxxx+
webhooks.resume POST                   -xxxx+
webhooks.retire POST                   -xxxx+
webhooks.rotate POST                   -xxxx+
webhooks.secret POST                   -xxxx+
webhooks.skip POST                     -xxxx+
webhooks.try_out POST                  -xxxx+
"""
ROWS = dict(line.rsplit(maxsplit=1) for line in TABLE.strip().splitlines())
NOTHING = "okand"
STAND_IN = {  # what is asked for where nothing of the firm is named
    "article": "ar-lanken-akta",
    "language": "sv",
    "provider": "visma",
}
# What support and admins see of a firm's company: never a document.
MAY_LOOK = {"company.index", "company.detail", "company.openings"}
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
            "support": self.connected,
            "admin": self.connection,
            "users": self.person,
            "imports": self.imported,
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
        signs = ""
        for user in people.values():
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
    assert let_in <= PUBLIC | {"account_link.forgotten", "auth.single_sign_on_begin"}


def test_duties_are_separated() -> None:
    """Support and admins open no firm's documents and do nothing in its name, and a key is for programs alone."""
    for name, signs in ROWS.items():
        endpoint = name.split()[0]
        area, of = endpoint.partition(".")[0], dict(zip(PEOPLE, signs, strict=True))
        if area in {"voucher", "company", "company_record", "imports"} and endpoint not in MAY_LOOK:
            assert of["support"] == of["admin"] == "x", name
        if area in {"users", "webhooks", "keys", "audit", "person"}:
            assert of["support"] == "x", name
        if area == "api":
            assert set(signs) == {"k"}, name
