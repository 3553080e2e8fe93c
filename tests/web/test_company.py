"""A firm's companies, and the card with the link: who sees it, and how often."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.connections import make_connection
from tests.support.transactions import Statements
from wizard.models import (
    Actor,
    Company,
    ConnectionStatus,
    EventKind,
    Invitation,
    InvitationKey,
    KeyPurpose,
    now,
)
from wizard.services.history import record
from wizard.services.invitations import lifecycle, visits

Open = Callable[..., Browser]
ACTIONS = ("aktivera", "fornya", "visa-lank", "ny-lank", "aterkalla")


@pytest.fixture
def card(cast: Cast) -> str:
    """The address of the company's upload page."""
    return f"/foretag/{cast.company.public_id}/ladda-upp-data"


def link_of(page: Page) -> str:
    """The path of the link shown on a page."""
    address = page.value("link")
    assert address.startswith("http://localhost/k/")
    return address.removeprefix("http://localhost")


def opens(browser: Browser, link: str) -> bool:
    """Whether a link leads a new browser into the guide."""
    page = browser.get(link)
    while page.status == 303:
        page = browser.follow(page)
    return page.status == 200


def pages_of(company: Company) -> list[str]:
    return [f"/foretag/{company.public_id}", f"/foretag/{company.public_id}/ladda-upp-data"]


def test_index_shows_the_firms_companies_in_eight_statements_at_most(
    browser: Open, cast: Cast, session: Session, statements: Callable[[], Statements]
) -> None:
    numbers = [f"556{number:07}" for number in range(60)]
    session.add_all(
        Company(firm_id=cast.firm.id, name=f"Bolag {number}", organisation_number=number)
        for number in numbers
    )
    session.commit()
    with statements() as sent:
        page = browser(cast.owner).get("/foretag", 200)
    assert len(sent) <= 8  # with the number of all, each party's, the members, and what is to do
    assert cast.other_company.name not in page.words
    following = next(link for link in page.links if "after=" in link)
    assert cast.company.name in browser(cast.owner).get(following, 200).words


def test_index_can_show_only_what_needs_to_be_renewed(
    browser: Open, cast: Cast, session: Session
) -> None:
    owner, path = browser(cast.owner), "/foretag?status=renewal_needed"
    assert "Inget företag passar." in owner.get(path, 200).words
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link, status=ConnectionStatus.RENEWAL_NEEDED)
    assert cast.company.name in owner.get(path, 200).words
    assert cast.company.name not in browser(cast.stranger).get(path, 200).words
    assert cast.company.name in owner.get("/foretag?status=nonsense", 200).words


def test_index_masks_a_sole_traders_number(browser: Open, cast: Cast, session: Session) -> None:
    session.add(Company(firm_id=cast.firm.id, name="Ek", organisation_number="8001011231"))
    session.commit()
    page = browser(cast.owner).get("/foretag", 200)
    assert "19800101-****" in page.words
    assert "1231" not in page.text


def test_index_without_companies_says_what_to_do(browser: Open, cast: Cast) -> None:
    page = browser(cast.owner).get("/foretag?search=finns-inte", 200)
    assert page.value("search") == "finns-inte"
    assert "Inget företag passar." in page.words
    assert "/foretag" in page.links


def test_create_adds_a_company_and_shows_it(browser: Open, cast: Cast) -> None:
    opened = browser(cast.owner)
    opened.get("/foretag/nytt", 200)
    form = {"name": " Nya   Bolaget AB ", "organisation_number": "16556012-5790"}
    first = opened.post("/foretag/nytt", form, 303)
    page = opened.follow(first)
    assert page.heading == "Nya Bolaget AB"
    assert "556012-5790" in page.words
    assert opened.post("/foretag/nytt", form, 303).location == first.location


def test_create_of_a_number_that_is_there_leads_to_that_company(browser: Open, cast: Cast) -> None:
    opened = browser(cast.owner)
    form = {"name": "Annat namn", "organisation_number": "5591234561"}
    page = opened.follow(opened.post("/foretag/nytt", form, 303))
    assert page.heading == cast.company.name
    assert "Annat namn" not in page.words


@pytest.mark.parametrize(
    ("name", "number"),
    [("", "5560125790"), ("A" * 201, "5560125790"), ("Nya AB", "5560125791"), ("Nya AB", "")],
)
def test_create_says_what_is_wrong_and_keeps_what_was_written(
    browser: Open, cast: Cast, session: Session, name: str, number: str
) -> None:
    form = {"name": name, "organisation_number": number}
    page = browser(cast.owner).post("/foretag/nytt", form, 200)
    assert "<title>Fel: " in page.text
    assert (page.value("name"), page.value("organisation_number")) == (name, number)
    assert session.scalar(select(func.count(Company.id))) == 2


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
@given(name=st.text(), number=st.text() | st.just("5560125790"))
def test_create_stands_any_text(browser: Open, cast: Cast, name: str, number: str) -> None:
    form = {key: text.encode("utf-8", "replace") for key, text in (("name", name), ("n", number))}
    form["organisation_number"] = form.pop("n")
    page = browser(cast.owner).post("/foretag/nytt", form)
    assert page.status in {200, 303}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(search=st.text(), after=st.text())
def test_index_stands_any_search(browser: Open, cast: Cast, search: str, after: str) -> None:
    query = {"search": search.encode("utf-8", "replace"), "after": after.encode("utf-8", "replace")}
    assert browser(cast.owner).get("/foretag", query_string=query).status == 200


def test_detail_and_upload_of_others_look_like_those_that_are_not_there(
    browser: Open, cast: Cast
) -> None:
    opened = browser(cast.stranger)
    for path in pages_of(cast.company):
        hidden = opened.get(path, 404)
        missing = opened.get(path.replace(cast.company.public_id, "x" * 16), 404)
        assert _without_id(hidden) == _without_id(missing)


def test_actions_of_others_and_of_other_roles_do_nothing(
    browser: Open, cast: Cast, session: Session, card: str
) -> None:
    for user, status in ((cast.stranger, 404), (cast.support, 403), (cast.admin, 403)):
        opened = browser(user)
        for action in ACTIONS:
            opened.post(f"{card}/{action}", status=status)
    for action in ACTIONS:
        assert browser().post(f"{card}/{action}", status=303).location == "/logga-in"
    assert session.scalar(select(func.count(InvitationKey.id))) == 0


def test_detail_is_for_support_and_admin_to_read(browser: Open, cast: Cast) -> None:
    for user in (cast.support, cast.admin):
        page = browser(user).get(f"/foretag/{cast.company.public_id}", 200)
        assert page.heading == cast.company.name
        assert page.actions == ["/logga-ut"]
        assert not [link for link in page.links if "ladda-upp-data" in link]
        browser(user).get(f"/foretag/{cast.company.public_id}/ladda-upp-data", 403)


def test_upload_and_detail_cost_five_statements_at_most(
    browser: Open, cast: Cast, session: Session, card: str, statements: Callable[[], Statements]
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link)
    for path in pages_of(cast.company):
        with statements() as sent:
            browser(cast.owner).get(path, 200)
        assert len(sent) <= 5


def test_activate_shows_a_link_that_opens_once_in_full(
    browser: Open, cast: Cast, card: str
) -> None:
    owner = browser(cast.owner)
    owner.get(card, 200)
    answer = owner.post(f"{card}/aktivera", status=200)
    link = link_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert opens(browser(), link)
    secret = link.removeprefix("/k/")
    for path in (card, f"/foretag/{cast.company.public_id}", "/foretag"):
        assert secret not in owner.get(path, 200).text


def test_pressed_address_opened_as_a_page_is_the_card_without_a_link(
    browser: Open, cast: Cast, card: str
) -> None:
    owner = browser(cast.owner)
    owner.post(f"{card}/aktivera", status=200)
    page = owner.follow(owner.get(f"{card}/aktivera", 303))
    assert "/k/" not in page.text


def test_activate_twice_is_one_invitation_with_two_links_that_open(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    links = [
        link_of(browser(user).post(f"{card}/aktivera", status=200))
        for user in (cast.owner, cast.colleague)
    ]
    assert len(set(links)) == 2
    assert all(opens(browser(), link) for link in links)
    assert session.scalar(select(func.count(Invitation.id))) == 1


def test_activate_by_an_unknown_provider_is_refused(browser: Open, cast: Cast, card: str) -> None:
    browser(cast.owner).post(f"{card}/aktivera", {"provider": "okand"}, 400)


def test_activate_of_a_connected_company_makes_no_link(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link)
    owner = browser(cast.owner)
    owner.follow(owner.post(f"{card}/aktivera", status=303))
    assert session.scalar(select(func.count(InvitationKey.id))) == 1


def test_activate_of_a_connection_in_need_of_renewal_makes_one(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link, status=ConnectionStatus.RENEWAL_NEEDED, cause="scope_missing")
    assert link_of(browser(cast.owner).post(f"{card}/aktivera", status=200))


def test_show_link_adds_a_link_and_new_link_ends_the_earlier_ones(
    browser: Open, cast: Cast, card: str
) -> None:
    owner = browser(cast.owner)
    first = link_of(owner.post(f"{card}/aktivera", status=200))
    second = link_of(owner.post(f"{card}/visa-lank", status=200))
    assert opens(browser(), first)
    third = link_of(owner.post(f"{card}/ny-lank", status=200))
    assert [opens(browser(), link) for link in (first, second, third)] == [False, False, True]


def test_withdraw_ends_all_links_and_twice_is_as_once(browser: Open, cast: Cast, card: str) -> None:
    owner = browser(cast.owner)
    link = link_of(owner.post(f"{card}/aktivera", status=200))
    words = {owner.follow(owner.post(f"{card}/aterkalla", status=303)).words for _ in range(2)}
    assert len(words) == 1
    assert not opens(browser(), link)


@pytest.mark.parametrize("action", ["visa-lank", "ny-lank"])
def test_a_link_to_an_invitation_that_has_ended_leads_back_to_the_card(
    browser: Open, cast: Cast, card: str, action: str
) -> None:
    owner = browser(cast.owner)
    owner.post(f"{card}/aktivera", status=200)
    with time_machine.travel(now() + timedelta(days=15)):
        owner = browser(cast.owner)
        page = owner.follow(owner.post(f"{card}/{action}", status=303))
        assert f"{card}/aktivera" in page.actions
        assert opens(browser(), link_of(owner.post(f"{card}/aktivera", status=200)))


def test_upload_tells_what_the_approver_asks_and_why_she_declined(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    owner = browser(cast.owner)
    link = link_of(owner.post(f"{card}/aktivera", status=200))
    key = visits.find_key(session, link.removeprefix("/k/"))
    assert key is not None
    visits.tell_sender(session, key, EventKind.NUMBER_QUESTIONED)
    assert "organisationsnumret" in owner.get(card, 200).words
    lifecycle.decline(session, key.invitation, "Vi har bytt <byrå>")
    assert "Vi har bytt <byrå>" in owner.get(card, 200).words


def test_history_has_words_for_every_kind_of_event(
    browser: Open, cast: Cast, session: Session
) -> None:
    notes = {
        EventKind.LINK_MADE: "copied",
        EventKind.STEP_DONE: "permission",
        EventKind.LETTER_SENT: "invitation",
        EventKind.LETTER_BOUNCED: "reminder",
    }
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    for kind in EventKind:
        for staff in (cast.owner, None):
            record(
                session,
                kind,
                link.invitation,
                staff=staff,
                actor=Actor.APPROVER,
                cause="wrong_company",
                note=notes.get(kind),
            )
    session.commit()
    page = browser(cast.owner).get(f"/foretag/{cast.company.public_id}", 200)
    assert "nnat företag" in page.words
    assert "Olga Ek" in page.words


def _without_id(page: Page) -> str:
    """The page without the request's number, and without its own address for the other language."""
    plain = page.text.replace(page.headers["X-Request-Id"], "")
    return re.sub(r"/foretag/[a-z0-9]{16}", "/foretag/", plain)


def test_renew_makes_a_link_though_the_connection_works_and_none_after_its_end(
    browser: Open, cast: Cast, session: Session, card: str
) -> None:
    first = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, first)
    owner = browser(cast.owner)
    assert "redan" in owner.follow(owner.post(f"{card}/aktivera", status=303)).words
    link = link_of(owner.post(f"{card}/fornya", status=200))
    assert opens(browser(), link)
    newest = select(Invitation).order_by(Invitation.id.desc()).limit(1)
    assert session.scalars(newest).one().renews_id == connection.id
    again = link_of(owner.post(f"{card}/fornya", status=200))
    assert again != link
    assert session.scalar(select(func.count(Invitation.id))) == 2
    owner.post(f"/foretag/{cast.company.public_id}/koppla-fran", status=303)
    assert "avslutad" in owner.follow(owner.post(f"{card}/fornya", status=303)).words
    assert not opens(browser(), link)


def test_openings_are_listed_page_by_page_in_four_statements_at_most(
    browser: Open, cast: Cast, session: Session, statements: Callable[[], Statements]
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link)
    at = f"/foretag/{cast.company.public_id}"
    assert (
        "Ingen har öppnat något dokument ännu"
        in browser(cast.owner).get(f"{at}/oppnade-dokument").words
    )
    opened = EventKind.DOCUMENT_OPENED
    for number in range(120):
        record(session, opened, connection=connection, staff=cast.owner, note=f"A{number}")
    record(session, opened, connection=connection, staff=cast.admin, note="B1")
    session.commit()
    owner = browser(cast.owner)
    with statements() as sent:
        page = owner.get(f"{at}/oppnade-dokument", 200)
    assert f"{cast.admin.name}, som sköter Kopplingsguiden" in page.words
    assert f"{cast.owner.name}, som" not in page.words
    assert len(sent) <= 4
    seen = [page]
    while following := [link for link in seen[-1].links if "after=" in link]:
        seen.append(owner.get(following[0], 200))
    words = " ".join(page.words for page in seen)
    assert all(f" A{number} " in words for number in range(120))
    assert cast.owner.name in words
    detail = owner.get(at, 200)
    assert "Inbjudan skapades" in detail.words  # the other lines are not pushed out
    assert "verifikat" not in detail.words.partition("Historik")[2].lower()
    owner.get(f"{at}/oppnade-dokument?after=inget", 200)
    browser(cast.stranger).get(f"{at}/oppnade-dokument", 404)
