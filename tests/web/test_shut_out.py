"""Who is shut out is out within one request, by every way in; opened again, none of them lives again."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.authenticator import Authenticator
from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser, Page
from tests.support.codes import code_of
from tests.support.identity_provider import Issuer, running
from tests.support.mail import Send
from tests.support.mail_server import MailServer
from tests.support.single_sign_on import provider_for
from wizard.models import KeptForm, LinkPurpose, StaffSession, User, now
from wizard.services.accounts import account_links, administration
from wizard.services.accounts.administration import Standing
from wizard.services.api import api_keys, handovers

pytestmark = pytest.mark.usefixtures("half_past")
Open = Callable[..., Browser]
NEW = "ovanliga fiskar cyklar baklänges"
CHOSEN = {"password": NEW, "again": NEW}
IsOut = Callable[[], None]


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, which can mail."""
    return make_app(**mail_server.settings)


@dataclass
class Stage:
    """What the ways in are tried on: the owner, whom an admin shuts out, and who vouches for her."""

    app: Flask
    session: Session
    cast: Cast
    issuer: Issuer
    provider: str  # its public id
    platform: Platform
    secret: str = field(default="", repr=False)  # of the owner's app
    recovery: str = field(default="", repr=False)
    device: Authenticator = field(
        default_factory=lambda: Authenticator("http://localhost", verifies=True)
    )

    def browser(self, user: User | None = None) -> Browser:
        return Browser.open(self.app, user)

    @property
    def owner(self) -> User:
        return self.cast.owner

    def half(self) -> tuple[Browser, Page]:
        """A browser that has shown her password, and the page that asks for the code."""
        opened = self.browser()
        form = {"email": self.owner.email, "password": PASSWORD}
        return opened, opened.follow(opened.post("/logga-in", form, 303))

    def code(self) -> str:
        return code_of(self.secret)

    def equip(self) -> None:
        """Give the owner codes of an app, recovery codes and a passkey."""
        own = self.browser(self.owner)
        page = own.get("/konto/tva-steg", 200)
        self.secret = page.words.partition("Nyckeln: ")[2][:32]
        shown = own.post("/konto/tva-steg", {"code": self.code()}, 200)
        assert shown.tree is not None
        self.recovery = next(
            text for text in shown.tree.itertext() if text.count("-") == 5 and " " not in text
        )
        made = self.device.make(asked(own.get("/konto/passnyckel", 200)))
        own.post("/konto/passnyckel", {"name": "Mobil", "passkey": made}, 303)

    def by_passkey(self, opened: Browser) -> Page:
        """What comes of a sign-in with the passkey alone."""
        answer = self.device.show(asked(opened.get("/logga-in", 200)))
        return opened.post("/logga-in/bara-passnyckel", {"passkey": answer}, 303)

    def by_provider(self, opened: Browser) -> Page:
        """What comes of a sign-in with the identity provider."""
        at = f"/logga-in/med/{self.provider}"
        answer = self.issuer.authorize(opened.get(at, 303).location)
        return opened.get(f"{at}/svar", query_string=answer)

    def handed_over(self) -> str:
        """The path of a new hand-over of hers."""
        body = {"user_email": self.owner.email, "company_id": self.cast.company.public_id}
        url = self.platform.post("/handovers", body, 201).body["url"]
        return str(url.removeprefix("http://localhost"))

    def link(self, user: User, purpose: LinkPurpose) -> str:
        secret = account_links.make_link(self.session, user, purpose)
        self.session.commit()
        return f"/losenord/{secret}"


def asked(page: Page) -> dict[str, Any]:
    """What the page asks the browser's authenticator."""
    assert page.tree is not None
    (form,) = [form for form in page.tree.iter("form") if form.get("data-passkey")]
    found: dict[str, Any] = json.loads(form.get("data-passkey", ""))
    return found


def is_stranger(opened: Browser) -> None:
    """Whoever signs nobody in is sent to sign in, in one request."""
    answer = opened.get("/foretag")
    assert (answer.status, answer.goes_to) == (303, "/logga-in")


@pytest.fixture
def stage(app: Flask, session: Session, cast: Cast) -> Iterator[Stage]:
    """The owner with every kind of second factor, and an identity provider of her firm."""
    with running() as issuer:
        issuer.claims = {"email": cast.owner.email, "sub": "owner"}
        provider = provider_for(session, (cast.firm, None), metadata_url=issuer.metadata_url)
        platform = Platform.of(app, session, cast.firm)
        stage = Stage(app, session, cast, issuer, provider.public_id, platform)
        stage.equip()
        yield stage


def a_session(stage: Stage) -> IsOut:
    opened = stage.browser(stage.owner)
    opened.get("/foretag", 200)
    return lambda: is_stranger(opened)


def a_session_with_a_code(stage: Stage) -> IsOut:
    opened, page = stage.half()
    opened.post(page.actions[0], {"code": stage.recovery}, 303)
    opened.get("/foretag", 200)
    return lambda: is_stranger(opened)


def a_session_with_a_passkey(stage: Stage) -> IsOut:
    opened, page = stage.half()
    opened.post("/logga-in/passnyckel", {"passkey": stage.device.show(asked(page))}, 303)
    opened.get("/foretag", 200)
    return lambda: is_stranger(opened)


def a_session_with_a_passkey_alone(stage: Stage) -> IsOut:
    opened = stage.browser()
    assert stage.by_passkey(opened).location == "/foretag"
    opened.get("/foretag", 200)
    return lambda: is_stranger(opened)


def a_session_by_her_provider(stage: Stage) -> IsOut:
    opened = stage.browser()
    assert stage.by_provider(opened).location == "/foretag"
    opened.get("/foretag", 200)
    return lambda: is_stranger(opened)


def a_session_from_the_platform(stage: Stage) -> IsOut:
    opened = stage.browser()
    opened.post("/overlamning", pressed(opened, stage.handed_over()), 303)
    opened.get("/foretag", 200)
    return lambda: is_stranger(opened)


def pressed(opened: Browser, path: str) -> dict[str, str]:
    """What the button of an opened hand-over sends."""
    page = opened.arrive(path)
    assert page.tree is not None
    found = next(each for each in page.tree.iter("button") if each.get("name") == "handover")
    return {"handover": found.get("value", "")}


def a_hand_over_that_waits(stage: Stage) -> IsOut:
    path = stage.handed_over()
    return lambda: _is_404(stage.browser().get(path))


def a_hand_over_that_was_opened(stage: Stage) -> IsOut:
    opened = stage.browser()
    form = pressed(opened, stage.handed_over())

    def is_out() -> None:
        _is_404(opened.post("/overlamning", form))
        is_stranger(opened)

    return is_out


def a_half_with_the_right_code(stage: Stage) -> IsOut:
    opened, page = stage.half()

    def is_out() -> None:
        assert opened.post(page.actions[0], {"code": stage.recovery}, 303).goes_to == "/logga-in"
        is_stranger(opened)

    return is_out


def a_half_with_her_passkey(stage: Stage) -> IsOut:
    opened, page = stage.half()
    answer = stage.device.show(asked(page))

    def is_out() -> None:
        again = opened.post("/logga-in/passnyckel", {"passkey": answer}, 303)
        assert again.goes_to == "/logga-in"
        is_stranger(opened)

    return is_out


def a_link_that_was_opened(stage: Stage) -> IsOut:
    opened = stage.browser()
    opened.arrive(stage.link(stage.owner, LinkPurpose.RESET))

    def is_out() -> None:
        _is_404(opened.post("/losenord", CHOSEN))
        is_stranger(opened)

    return is_out


def a_link_that_waits(stage: Stage) -> IsOut:
    path = stage.link(stage.owner, LinkPurpose.RESET)

    def is_out() -> None:
        opened = stage.browser()
        assert opened.arrive(path).status == 404
        _is_404(opened.post("/losenord", CHOSEN))

    return is_out


def a_form_that_was_kept(stage: Stage) -> IsOut:
    """What she wrote in a session that had ended is shown to nobody but her, when she has signed in."""
    opened = stage.browser(stage.owner)
    opened.get("/konto", 200)
    with opened.client.session_transaction() as cookie:
        stage.session.query(StaffSession).filter_by(user_id=stage.owner.id).update(
            {StaffSession.ended_at: now()}
        )
        stage.session.commit()
        assert cookie["_user_id"]
    ours = {"Origin": "http://localhost", "Referer": "http://localhost/konto"}
    written = {"name": "Olga Skriven", "phone": "", "language": "sv"}
    opened.post("/konto/uppgifter", written, 303, headers=ours)
    assert stage.session.scalar(select(func.count(KeptForm.id))) == 1

    def is_out() -> None:
        answer = opened.get("/konto", 303)
        assert answer.goes_to == "/logga-in"
        assert "Olga Skriven" not in opened.follow(answer).text

    return is_out


WAYS = [
    a_form_that_was_kept,  # first, since it ends the sessions that there are
    a_session,
    a_session,
    a_session_with_a_passkey,
    a_session_with_a_passkey_alone,
    a_session_by_her_provider,
    a_session_from_the_platform,
    a_hand_over_that_waits,
    a_hand_over_that_was_opened,
    a_half_with_the_right_code,
    a_half_with_her_passkey,
    a_link_that_was_opened,
    a_link_that_waits,
]


def _is_404(answer: Page) -> None:
    assert answer.status == 404


def press(stage: Stage, act: str) -> None:
    admin = stage.browser(stage.cast.admin)
    admin.get(f"/anvandare/{stage.owner.public_id}/inaktivera", 200)
    admin.post(f"/anvandare/{stage.owner.public_id}/{act}", {"heir": ""}, 303)


@pytest.mark.parametrize("opened_again", [False, True], ids=["shut out", "opened again"])
def test_no_way_in_that_she_had_begun_leads_anywhere(stage: Stage, *, opened_again: bool) -> None:
    ways = [way(stage) for way in WAYS]
    press(stage, "inaktivera")
    if opened_again:
        press(stage, "aktivera")
    for is_out in ways:
        is_out()
    living = select(func.count(StaffSession.id)).where(
        StaffSession.user_id == stage.owner.id, StaffSession.ended_at.is_(None)
    )
    assert stage.session.scalar(living) == 0


def test_each_way_leads_in_while_the_account_is_open(stage: Stage) -> None:
    """Else the test above would hold of ways that lead nowhere."""
    for way in WAYS:
        if way in {a_form_that_was_kept, a_link_that_waits}:
            continue
        is_out = way(stage)
        with pytest.raises(AssertionError):
            is_out()
    with pytest.raises(AssertionError):
        a_session_with_a_code(stage)()


def test_nothing_new_begins_before_the_account_is_open_again(
    stage: Stage, send: Send, mail_server: MailServer
) -> None:
    owner, form = stage.owner, {"email": stage.owner.email, "password": PASSWORD}
    a_session_by_her_provider(stage)
    press(stage, "inaktivera")
    send()  # what was to be told of before
    before = len(mail_server.to(owner.email))
    opened = stage.browser()
    assert "stämmer inte" in opened.post("/logga-in", form, 200).words
    assert stage.by_provider(opened).status == 403
    assert stage.by_passkey(opened).goes_to == "/logga-in"
    is_stranger(opened)
    body = {"user_email": owner.email, "company_id": stage.cast.company.public_id}
    refused = stage.platform.post("/handovers", body, 404)
    assert refused.cause == "member_unknown"
    opened.post("/glomt-losenord", {"email": owner.email}, 303)
    send()
    assert len(mail_server.to(owner.email)) == before
    press(stage, "aktivera")
    assert opened.post("/logga-in", form, 303).goes_to == "/logga-in/kod"
    assert stage.by_passkey(stage.browser()).location == "/foretag"
    assert stage.by_provider(opened).status == 303
    stage.platform.post("/handovers", body, 201)


def test_an_invitation_ends_with_its_account(stage: Stage) -> None:
    invited = administration.invite(
        stage.session,
        None,
        "ny@example.com",
        "Nya Berg",
        Standing(stage.owner.role, stage.cast.firm),
    )
    held, waits = stage.browser(), stage.link(invited, LinkPurpose.INVITE)
    held.arrive(stage.link(invited, LinkPurpose.INVITE))
    administration.deactivate(stage.session, None, invited)
    administration.activate(stage.session, None, invited)
    _is_404(held.post("/losenord", CHOSEN))
    assert stage.browser().arrive(waits).status == 404


def test_keys_that_she_made_are_her_firms_and_are_told_of(stage: Stage) -> None:
    """A key belongs to the firm: its programs go on, and whoever shuts her out sees which they are."""
    made = api_keys.create(stage.session, stage.cast.firm, "Hennes nyckel", stage.owner)
    press(stage, "inaktivera")
    assert Platform(stage.app.test_client(), made.secret).get("/companies").status == 200
    page = stage.browser(stage.cast.admin).get(f"/anvandare/{stage.owner.public_id}", 200)
    assert "Hennes nyckel" in page.words
    with pytest.raises(handovers.MemberUnknownError):
        handovers.find_member(stage.session, made.key, stage.owner.email)
