"""Signing in with an identity provider, through the pages."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser, Page
from tests.support.identity_provider import Issuer, running
from tests.support.single_sign_on import provider_for
from wizard.models import IdentityProvider, SignInWay, StaffSession, User
from wizard.services.accounts import identity_providers

Open = Callable[..., Browser]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider where somebody new signs in."""
    with running() as found:
        found.claims = {"email": "ny@example.com", "name": "Nya Berg"}
        yield found


@pytest.fixture
def provider(session: Session, cast: Cast, issuer: Issuer) -> IdentityProvider:
    """It, set up for the firm."""
    return provider_for(session, (cast.firm, None), metadata_url=issuer.metadata_url)


def come_back(
    browser: Browser, issuer: Issuer, provider: IdentityProvider, query: str = ""
) -> Page:
    """The page that a sign-in at the provider leads back to."""
    begun = browser.get(f"/logga-in/med/{provider.public_id}{query}", 303)
    assert begun.location.startswith(f"{issuer.url}/authorize?")
    answer = issuer.authorize(begun.location)
    return browser.get(f"/logga-in/med/{provider.public_id}/svar", query_string=answer)


def test_the_sign_in_page_leads_to_the_provider_and_back_to_the_page_asked_for(
    browser: Open, session: Session, issuer: Issuer, provider: IdentityProvider
) -> None:
    opened = browser()
    page = opened.get("/logga-in?next=/konto", 200)
    assert "Logga in med Byråns inloggning" in page.words
    begin = f"/logga-in/med/{provider.public_id}?next=/konto"
    assert begin in page.links
    back = come_back(opened, issuer, provider, "?next=/konto")
    assert (back.status, back.location) == (303, "/konto")
    assert opened.get("/konto", 200)
    row = session.scalars(select(StaffSession)).one()
    assert (row.way, row.user.email) == (SignInWay.SINGLE_SIGN_ON, "ny@example.com")
    assert row.refresh_token


@pytest.mark.parametrize("asked_for", ["//evil.example.com", "https://evil.example.com", ""])
def test_it_leads_nowhere_else(
    browser: Open, issuer: Issuer, provider: IdentityProvider, asked_for: str
) -> None:
    back = come_back(browser(), issuer, provider, f"?next={asked_for}")
    assert back.location == "/foretag"


@pytest.mark.parametrize(
    ("began", "leads_to_provider"),
    [("none", True), ("same-origin", True), ("same-site", False), ("cross-site", False)],
)
def test_another_site_signs_nobody_in(
    browser: Open,
    issuer: Issuer,
    provider: IdentityProvider,
    began: str,
    *,
    leads_to_provider: bool,
) -> None:
    asked = f"/logga-in/med/{provider.public_id}?next=/konto"
    begun = browser().get(asked, 303, headers={"Sec-Fetch-Site": began})
    to_provider = begun.location.startswith(f"{issuer.url}/authorize?")
    assert to_provider is leads_to_provider
    assert leads_to_provider or begun.location == "/logga-in?next=/konto"


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    browser: Open, session: Session, issuer: Issuer, provider: IdentityProvider
) -> None:
    opened = browser()
    url = opened.get(f"/logga-in/med/{provider.public_id}", 303).location
    answer = issuer.authorize(url)
    callback = f"/logga-in/med/{provider.public_id}/svar"
    assert browser().get(callback, query_string=answer).location == "/logga-in"
    assert opened.get(callback, query_string=answer).location == "/foretag"
    assert opened.get(callback, query_string=answer).location == "/logga-in"
    assert len(session.scalars(select(StaffSession)).all()) == 1


def test_the_answer_of_another_provider_is_not_taken(
    browser: Open, session: Session, cast: Cast, issuer: Issuer, provider: IdentityProvider
) -> None:
    with running() as second:
        other = provider_for(
            session, (cast.other_firm, None), name="Andra", metadata_url=second.metadata_url
        )
        opened = browser()
        url = opened.get(f"/logga-in/med/{provider.public_id}", 303).location
        theirs = second.authorize(url)  # the same state, with a code of the other
        mixed = opened.get(f"/logga-in/med/{other.public_id}/svar", query_string=theirs)
        assert mixed.location == "/logga-in"
        here = opened.get(f"/logga-in/med/{provider.public_id}/svar", query_string=theirs)
        assert here.status == 403
        assert "/token" not in issuer.asked + second.asked
    assert session.scalars(select(StaffSession)).all() == []


def test_what_goes_wrong_is_said_on_the_sign_in_page(
    browser: Open, session: Session, cast: Cast, issuer: Issuer, provider: IdentityProvider
) -> None:
    issuer.claims = {"nonce": "another"}
    page = come_back(browser(), issuer, provider)
    assert (page.status, page.heading) == (403, "Logga in")
    assert "Byråns inloggning loggade inte in dig." in page.words
    issuer.claims = {"email": cast.admin.email}
    page = come_back(browser(), issuer, provider)
    assert page.status == 403
    assert "du har ingen plats här" in page.words
    issuer.status = 503
    page = browser().get(f"/logga-in/med/{provider.public_id}", 503)
    assert "svarar inte som det ska" in page.words
    assert session.scalars(select(StaffSession)).all() == []


def test_whoever_came_so_shows_there_who_she_is(
    browser: Open, session: Session, issuer: Issuer, provider: IdentityProvider
) -> None:
    opened = browser()
    come_back(opened, issuer, provider)
    asked = opened.follow(opened.get("/konto/tva-steg", 303))
    assert asked.heading == "Visa att det är du"
    assert "/bekrafta" not in asked.actions  # she has no password
    (there,) = [link for link in asked.links if link.startswith("/bekrafta/hos-leverantor")]
    answers = []
    for auth_time, subject in (
        (0, "olga"),
        (int(time.time()), "another"),
        (int(time.time()), "olga"),
    ):
        issuer.claims = {"auth_time": auth_time, "sub": subject}
        answer = issuer.authorize(opened.get(there, 303).location)
        answers.append(opened.get(f"/logga-in/med/{provider.public_id}/svar", query_string=answer))
    refused, another, confirmed = answers
    assert refused.goes_to == another.goes_to == "/bekrafta"
    assert "sade inte att det är du" in opened.follow(refused).words
    assert confirmed.location == "/konto/tva-steg"
    opened.get("/konto/tva-steg", 200)
    assert len(session.scalars(select(StaffSession)).all()) == 1


def test_who_has_no_provider_shows_it_nowhere_else(browser: Open, cast: Cast) -> None:
    assert browser(cast.owner).get("/bekrafta/hos-leverantor").status == 404


def test_an_ended_provider_is_no_way_in(
    browser: Open, session: Session, provider: IdentityProvider
) -> None:
    identity_providers.end(session, provider.name)
    opened = browser()
    assert "Byråns inloggning" not in opened.get("/logga-in").words
    assert opened.get(f"/logga-in/med/{provider.public_id}").status == 404


def test_who_is_to_use_the_provider_is_told_with_the_right_password(
    make_app: Callable[..., Flask], session: Session, cast: Cast, provider: IdentityProvider
) -> None:
    identity_providers.switch_passwords(session, cast.firm, on=False)
    session.get_one(User, cast.admin.id).identity_provider_id = provider.id
    session.commit()
    app = make_app(break_glass_email=f"drift@example.com, {cast.admin.email.upper()}")
    for email, password, words in (
        (cast.owner.email, PASSWORD, "Du loggar inte in med lösenord."),
        (cast.owner.email, "another of nobody's", "Mejladressen eller lösenordet"),
    ):
        page = Browser.open(app).post("/logga-in", {"email": email, "password": password}, 200)
        assert words in page.words
    form = {"email": cast.admin.email, "password": PASSWORD}
    assert Browser.open(app).post("/logga-in", form, 303)
