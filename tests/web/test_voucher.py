"""The pages of vouchers: found, shown, stepped through, and what is said when they cannot be read."""

from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.support.books import LARGE, BookReader
from tests.support.cast import make_firm, make_user
from tests.support.client import Browser, Page
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from wizard.models import Company, Connection, ConnectionStatus, Role, now
from wizard.providers.base import Voucher
from wizard.web.voucher.pages import address_of


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


def questions(visma: StandIn) -> int:
    """How many questions Visma has had."""
    return sum(count for name, count in visma.counters().items() if name.startswith("api:"))


def find(reader: BookReader, typed: str) -> Page:
    return reader.browser.get(reader.at, query_string={"q": typed})


@pytest.mark.parametrize("typed", ["A 12", "a12", "A-12", " a  12 ", "A12", "12"])
def test_index_leads_from_what_is_typed_to_the_voucher(reader: BookReader, typed: str) -> None:
    page = find(reader, typed)
    assert page.location == reader.address("A-12")
    assert reader.browser.follow(page).heading == "Verifikat A12"


def test_index_lets_one_choose_when_a_number_stands_in_several_series(reader: BookReader) -> None:
    page = find(reader, "2")
    assert page.status == 200
    assert {reader.address("A-2"), reader.address("B-2")} <= set(page.links)


@pytest.mark.parametrize("typed", ["A 12", "a12", " A  12 ", "12"])
def test_index_leads_there_without_a_question_when_the_year_is_told(
    reader: BookReader, visma: StandIn, typed: str
) -> None:
    year, browser = reader.year().id, reader.browser
    visma.clear_counters()
    page = browser.get(reader.at, query_string={"ar": year, "q": typed})
    assert (page.status, questions(visma)) == (303, 0)
    assert browser.follow(page).heading == "Verifikat A12"
    assert questions(visma) == 3  # years, voucher, document


def test_show_leads_to_the_texts_when_there_is_no_such_number(reader: BookReader) -> None:
    page = reader.browser.follow(
        reader.browser.get(reader.at, query_string={"ar": reader.year().id, "q": "20"})
    )
    assert page.status == 404
    texts = next(link for link in page.links if "i=text" in link)
    assert reader.address("A-13") in reader.browser.get(texts, 200).links  # 20 MB


def test_index_says_when_there_is_no_such_number(reader: BookReader) -> None:
    page = find(reader, "A 99")
    assert page.status == 404
    assert "Det finns inget verifikat A99 i 2026" in page.words


def test_index_searches_texts(reader: BookReader) -> None:
    page = find(reader, "rättelse")
    assert {reader.address("B-1"), reader.address("B-2")} <= set(page.links)
    assert reader.address("A-1") not in page.links
    for words in ("zzz", "2026-03-31"):  # the latter is no number of a series 2026-03
        assert f"Inget verifikat i 2026 har ”{words}”" in find(reader, words).words
    both = reader.browser.get(reader.at, query_string={"q": "20", "i": "text"})
    assert reader.address("A-13") in both.links  # 20 MB


def test_index_says_when_texts_cannot_be_searched(reader: BookReader, visma: StandIn) -> None:
    visma.configure(refuse_filters=True)
    page = find(reader, "rättelse")
    assert "Det går inte att söka i texterna" in page.words
    assert reader.address("A-1") in page.links


def test_index_shows_the_year_that_is_chosen(reader: BookReader) -> None:
    browser = reader.browser
    assert "Leverantörsfaktura papper" in browser.get(reader.at, 200).words
    last = browser.get(f"{reader.at}?ar=2025-03-31", 200)
    assert "Leverantörsfaktura papper" not in last.words
    assert "2025-01-05" in last.words


def test_index_leads_on_from_a_year_or_a_page_that_is_not_there(reader: BookReader) -> None:
    for query in ("ar=2019-01-01", "ar=2019-01-01&q=A12", f"ar={'0' * 32}&q=ord"):
        page = reader.browser.get(f"{reader.at}?{query}")
        assert "Det finns inget sådant räkenskapsår" in page.words
    beyond = reader.browser.get(f"{reader.at}?sida=99", 200)
    assert f"{reader.at}?ar={reader.year().id}" in beyond.links
    shown = reader.browser.get(f"{reader.at}/{'0' * 32}/A-1", 404)
    assert "Det finns inget sådant räkenskapsår" in shown.words


def test_show_leads_to_any_other_voucher_of_the_year(reader: BookReader) -> None:
    page = reader.browser.get(reader.address("A-12"), 200)
    assert page.tree is not None
    assert reader.at in page.actions
    given = {field.get("name", ""): field.get("value", "") for field in page.tree.iter("input")}
    found = reader.browser.get(reader.at, query_string={**given, "q": "b 1"})
    assert found.location == reader.address("B-1")


def test_a_voucher_without_a_series_has_an_address_that_is_nobody_elses(reader: BookReader) -> None:
    voucher = Voucher("12", (), id="its-id", year_id="its-year", number=12)
    with reader.app.test_request_context():
        company = Company(public_id="hers")
        assert address_of(company, voucher).endswith("/its-year/its-id")
        lettered = replace(voucher, series="A")
        assert address_of(company, lettered).endswith("/its-year/A-12")


def test_index_of_a_large_company_is_two_questions_a_page(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma, LARGE)
    year, browser = reader.year().id, reader.browser
    visma.clear_counters()
    page = browser.get(f"{reader.at}?ar={year}&sida=3999", 200)
    assert questions(visma) == 2
    assert "Sida 3999 av 4000" in page.words
    assert reader.address("A-50") in page.links
    assert f"{reader.at}?ar={year}&sida=4000" in page.links


def test_show_of_a_large_company_is_three_questions(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma, LARGE)
    address, browser = reader.address("A-99996"), reader.browser
    visma.clear_counters()
    page = browser.get(address, 200)
    assert questions(visma) == 3  # years, voucher, document
    assert "Övningsfaktura A99996 2026.pdf" in page.words


def test_show_has_rows_documents_and_the_way_on(reader: BookReader) -> None:
    page = reader.browser.get(reader.address("A-12"), 200)
    assert "2 225,00" in page.words.replace("\xa0", " ")
    assert {reader.address("A-11"), reader.address("A-13")} <= set(page.links)
    (document,) = reader.documents("A-12")
    shown, alone, saved = (link for link in page.links if link.startswith(document))
    assert shown == f"{alone}#navpanes=0&view=FitH"
    assert saved == f"{alone}&spara=1"
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_show_of_the_first_leads_only_on_and_after_the_last_back(reader: BookReader) -> None:
    first = reader.browser.get(reader.address("A-1"), 200)
    assert reader.address("A-0") not in first.links
    beyond = reader.browser.get(reader.address("A-18"), 404)
    assert reader.address("A-17") in beyond.links
    assert reader.address("A-19") not in beyond.links


def test_show_takes_the_providers_id_too(reader: BookReader) -> None:
    (document,) = reader.documents("A-12")
    voucher_id = document.split("/")[-3]
    assert reader.browser.get(reader.address(voucher_id), 200).heading == "Verifikat A12"


def test_show_says_when_there_are_no_documents(reader: BookReader) -> None:
    for label in ("A-1", "A-15", "A-17"):
        page = reader.browser.get(reader.address(label), 200)
        assert "Inget dokument är kopplat till verifikatet" in page.words


def test_show_keeps_the_rows_when_the_documents_may_not_be_read(
    reader: BookReader, visma: StandIn
) -> None:
    address = reader.address("A-5")
    visma.fail("attachments", "error_code", 4007)
    page = reader.browser.get(address, 200)
    assert "1930" in page.words
    assert "har inte kvar sin behörighet" in page.words
    assert f"/foretag/{reader.company_id}/ladda-upp-data" in page.links
    assert any("/hjalp/behorigheter" in link for link in page.links)
    row = reader.row()
    assert row.next_check_at is not None
    assert row.next_check_at <= now()  # health hears of it


@pytest.mark.parametrize(
    ("kind", "value", "status", "heading"),
    [
        ("status", 503, 503, "Visma svarar inte just nu"),
        ("close", 0, 503, "Visma svarar inte just nu"),
        ("html", 0, 503, "Visma svarar inte just nu"),
        ("error_code", 4007, 200, "Vi får inte läsa det här"),
        ("error_code", 4002, 200, "Vi får inte läsa det här"),
        ("error_code", 4034, 200, "Något gick fel hos oss"),
    ],
)
def test_pages_say_what_is_wrong_at_visma(
    reader: BookReader, visma: StandIn, kind: str, value: int, status: int, heading: str
) -> None:
    address = reader.address("A-5")
    visma.fail("vouchers", kind, value)
    for page in (reader.browser.get(reader.at), reader.browser.get(address)):
        assert (page.status, page.heading) == (status, heading)


def test_a_refused_token_is_replaced_without_a_word(reader: BookReader, visma: StandIn) -> None:
    visma.fail("vouchers", "error_code", 4005, times=1)
    assert reader.browser.get(reader.at, 200).heading == "Verifikat"


def test_an_ended_consent_is_to_be_renewed(reader: BookReader, visma: StandIn) -> None:
    address = reader.address("A-5")
    visma.end_grant(visma.grants()[0].id)
    with time_machine.travel(now() - LATER, tick=True):
        page = reader.browser.get(address, 503)
    assert page.heading == "Visma svarar inte just nu"
    assert reader.row().status is ConnectionStatus.ACTIVE
    page = reader.browser.get(address, 200)
    assert page.heading == "Kopplingen behöver förnyas"
    assert f"/foretag/{reader.company_id}/ladda-upp-data" in page.links
    assert reader.row().status is ConnectionStatus.RENEWAL_NEEDED


def test_without_a_connection_there_is_the_way_to_one(reader: BookReader) -> None:
    address = reader.address("A-5")
    with reader.app.extensions["sessions"].begin() as session:
        ended = {"status": ConnectionStatus.DISCONNECTED, "ended_at": now()}
        session.execute(update(Connection).values(**ended))
    for at in (reader.at, address):
        page = reader.browser.get(at, 200)
        assert page.heading == "Inte anslutet"
        assert f"/foretag/{reader.company_id}/ladda-upp-data" in page.links


def test_only_members_of_the_firm_see_anything(reader: BookReader, visma_app: Flask) -> None:
    addresses = [reader.at, reader.address("A-2"), *reader.documents("A-2")]
    firm = make_firm("Andra Byrån AB")
    strangers = {
        make_user("Stina Alm", Role.MEMBER, firm): 404,
        make_user("Siv Lind", Role.SUPPORT): 403,
        make_user("Adam Al", Role.ADMIN): 403,
    }
    with visma_app.extensions["sessions"].begin() as session:
        session.add_all(strangers)
    for user, status in strangers.items():
        browser = Browser.open(visma_app, user)
        for address in addresses:
            assert browser.get(address).status == status, (user.name, address)
    assert reader.openings() == []


def test_pages_take_few_statements(reader: BookReader) -> None:
    addresses = [reader.at, reader.address("A-6")]
    browser = reader.browser
    for address in addresses:
        with Statements(reader.app.extensions["engine"]) as sent:
            browser.get(address, 200)
        ours = [one for one in sent if "call_permits" not in one]  # the pace of calls is kept there
        assert len(ours) <= 4, ours


def test_the_company_leads_to_its_vouchers(reader: BookReader) -> None:
    assert reader.at in reader.browser.get(f"/foretag/{reader.company_id}", 200).links


@pytest.mark.parametrize(
    "query",
    [
        "?ar=okand",
        "?ar=2019-01-01",
        "?sida=0",
        "?sida=99999999",
        "?sida=x",
        "?q=%00",
        "?q='",
        "?q=1e9",
    ],
)
def test_odd_addresses_are_no_fault(reader: BookReader, query: str) -> None:
    assert reader.browser.get(reader.at + query).status in {200, 404}
    for odd in (
        "okand/A-1",
        "okand/x",
        f"{reader.year().id}/%00",
        f"{reader.year().id}/A-999999999",
    ):
        assert reader.browser.get(f"{reader.at}/{odd}").status == 404
