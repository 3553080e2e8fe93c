"""Whatever the published description of Visma's API allows is answered by pages and problems, never by 5xx."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import make_user
from tests.support.client import Browser
from tests.support.connections import make_connection
from tests.support.grants import give_grant
from tests.support.published import PUBLISHED, Published, published
from tests.support.traveller import HER_NUMBER, Traveller, invite
from wizard.models import Connection, ConnectionStatus, Firm, Role
from wizard.services.connections import health
from wizard.wiring.providers import provider_context

ROUNDS = 3
YEAR = "00000000-0000-0000-0000-000000000001"
EXPECTED = {200, 303, 404, 409, 416, 422, 502, 503}  # 502 and 503 say that Visma's answer is none


@dataclass
class Books:
    """A company whose books are at the Visma of the description."""

    app: Flask
    visma: Published
    connection_id: int
    company_id: str
    public_id: str
    browser: Browser
    platform: Platform

    def mend(self) -> None:
        """Active again, with tokens that work."""
        with self.app.extensions["sessions"].begin() as session:
            connection = session.get_one(Connection, self.connection_id)
            connection.status, connection.cause = ConnectionStatus.ACTIVE, None
            tokens = {"access_token": "t", "refresh_token": "t"}
            give_grant(session, self.app.extensions["vault"], connection, tokens)


@pytest.fixture
def visma() -> Iterator[Published]:
    if not PUBLISHED.exists():
        reason = f"{PUBLISHED.name} is not beside the repository (../shared/visma/)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with published(HER_NUMBER) as visma:
        yield visma


@pytest.fixture
def app(make_app: Callable[..., Flask], visma: Published) -> Flask:
    """The application, which speaks to it."""
    urls = {"visma_identity_url": visma.url, "visma_api_url": visma.url}
    return make_app(**urls, visma_rate_limit=100_000)


@pytest.fixture
def books(app: Flask, visma: Published, session: Session) -> Books:
    link = invite(app)
    invitation = session.merge(link.invitation)
    connection = make_connection(session, type(link)(invitation, link.secret))
    firm = session.get_one(Firm, connection.firm_id)
    owner = make_user("Olga Ek", Role.MEMBER, firm)
    session.add(owner)
    session.commit()
    company = invitation.company.public_id
    platform = Platform.of(app, session, firm)
    return Books(
        app, visma, connection.id, company, connection.public_id, Browser.open(app, owner), platform
    )


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_member_and_the_platform_read_whatever_there_is(books: Books, seed: int) -> None:
    books.visma.begin(seed, faults=5 if seed % 2 else 0)
    books.mend()
    at = f"/foretag/{books.company_id}/verifikat"
    seen = [
        books.browser.get(path) for path in (at, f"{at}?q=A12", f"{at}?q=ord", f"{at}/{YEAR}/A-12")
    ]
    shown = [
        link for page in seen if page.tree is not None for link in page.links if link.startswith(at)
    ]
    for path in list(dict.fromkeys(shown))[:4]:
        books.mend()
        page = books.browser.get(path)
        seen.append(page)
        papers = (
            [link for link in page.links if "/dokument/" in link] if page.tree is not None else []
        )
        seen += [books.browser.get(paper) for paper in papers[:2]]
    assert {page.status for page in seen} <= EXPECTED
    assert set(_asked(books)) <= EXPECTED


def _asked(books: Books) -> Iterator[int]:
    books.mend()
    at = f"/connections/{books.public_id}/fiscal-years"
    years = books.platform.get(at)
    yield years.status
    known = [one["id"] for one in years.body.get("items", ())] or [YEAR]
    for query in ("?page=2", "?number=12&series=A"):
        listed = books.platform.get(f"{at}/{known[0]}/vouchers{query}")
        yield listed.status
        for voucher in [one["id"] for one in listed.body.get("items", ())][:2]:
            one = f"{at}/{known[0]}/vouchers/{voucher}"
            yield books.platform.get(one).status
            files = books.platform.get(f"{one}/documents")
            yield files.status
            for file in files.body.get("items", ())[:2]:
                yield books.platform.get(f"{one}/documents/{file['id']}/content").status


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_connection_is_judged_by_whatever_there_is(books: Books, seed: int) -> None:
    books.visma.begin(seed, faults=10)
    books.mend()
    with books.app.app_context():
        shop = provider_context("visma")
    health.check_now(shop, books.connection_id)
    books.browser.get(f"/foretag/{books.company_id}", 200)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_an_approver_comes_to_a_page_whatever_there_is(
    app: Flask, visma: Published, seed: int
) -> None:
    visma.begin(seed, faults=10)
    link = invite(app)
    traveller = Traveller.with_link(app, visma, f"/k/{link.secret}").go_straight()  # type: ignore[arg-type]
    state = parse_qs(urlsplit(traveller.depart()).query)["state"][0]
    page = traveller.come_back(f"/visma/callback?code=c&state={state}")
    assert page.status == 200
    assert page.heading
