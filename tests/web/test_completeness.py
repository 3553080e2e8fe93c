"""The page of a year that is read through: begun by a press, followed, its result, its print and its table."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.evidence.test_completeness import press, read_through, work
from tests.support.books import LARGE, BookReader
from tests.support.standin import StandIn
from wizard.models import AuditAction, AuditEntry, ReadingStatus, StopReason, YearReading
from wizard.services.evidence import completeness

GAPS = (7, 8, 9, 500, 777, 778)


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


def at(reader: BookReader, start: int = 2026) -> str:
    years = reader.context.provider.fiscal_years(reader.token, timeout=20)
    year = next(one for one in years if one.start.year == start)
    return f"{reader.at}/{year.id}/fullstandighet"


def test_index_is_begun_by_a_press_followed_and_says_what_it_came_to(
    reader: BookReader, session: Session
) -> None:
    browser, here = reader.browser, at(reader)
    assert here in browser.get(reader.at, 200).links
    page = browser.get(here, 200)
    assert "Läs igenom året" in page.text
    assert "tas bort efter 90 dagar" in page.words
    page = browser.follow(browser.post(f"{here}/las"))
    assert "Året läses" in page.text
    assert "Inget är läst ännu" in page.words
    assert "Du kan lämna sidan" in page.words
    reading = session.scalars(select(YearReading)).one()
    session.rollback()
    completeness.run(work(reader), reading.id)
    page = browser.get(here, 200)
    for told in (
        "A1",
        "B2",
        "Inget nummer saknas",
        "Räkenskapsåret var inte slut då",
        "4 (21,1 %)",
    ):
        assert told in page.words, told
    assert reader.address("A-17") in page.links
    assert "Läs igen" in page.text
    history = browser.get(f"/foretag/{reader.company_id}", 200)
    assert "Alla verifikat i räkenskapsåret 2026-01-01 – 2026-12-31" in history.words
    assert "Olga Ek" in history.words


def test_index_shows_gaps_filters_pages_and_a_print(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    visma.configure(left_out_numbers=GAPS)
    reader = BookReader.connect(visma_app, visma, LARGE)
    read_through(reader, session, 2022)
    browser, here = reader.browser, at(reader, 2022)
    page = browser.get(here, 200)
    for told in ("A7–A9,", "A500,", "A777–A778", "746 (75,1 %)", "inte vara ett fel"):
        assert told in page.words, told
    assert "Räkenskapsåret var inte slut" not in page.words
    assert f"{here}?sida=2#which" in page.links
    assert "A1000" not in browser.get(f"{here}?sida=2", 200).words
    narrow = browser.get(f"{here}?belopp=0&konto=5410&serie=A", 200)
    assert "Under 1 000" in narrow.words.replace("\xa0", " ")
    assert "Belopp: Under" in narrow.words
    none = browser.get(f"{here}?konto=1", 200)
    assert "Här finns inga verifikat" in none.words
    printed = browser.get(f"{here}?utskrift=1", 200)
    assert "A999" in printed.words
    assert "Föregående sida" not in printed.words
    assert browser.get(f"{here}?belopp=nio&sida=x", 200).status == 200


def test_index_says_why_it_stopped_and_goes_on_by_a_press(
    reader: BookReader, session: Session
) -> None:
    reading = press(reader, session)
    browser, here = reader.browser, at(reader)
    reading.waits, reading.voucher_pages, reading.vouchers = True, 9, 400
    session.commit()
    assert "väntar på sin tur" in browser.get(here, 200).words
    for reason, told in (
        (StopReason.ENDED, "Förnya den"),
        (StopReason.REFUSED, "lät oss inte läsa"),
        (StopReason.AWAY, "svarade inte på en timme"),
    ):
        reading.status, reading.stopped_for = ReadingStatus.STOPPED, reason
        session.commit()
        page = browser.get(here, 200)
        assert told in page.words
        assert "0 av 9 sidor" in page.words
    reading.voucher_page, reading.file_page = None, 1
    session.commit()
    assert "Nu läses listan över bifogade filer: 0 av ? sidor" in browser.get(here, 200).words
    assert "Läs vidare" in page.text
    browser.post(f"{here}/las", status=303)
    session.expire_all()
    assert reading.status is ReadingStatus.RUNNING


def test_index_file_has_every_gap_and_voucher_and_is_in_the_trail(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    visma.configure(left_out_numbers=GAPS)
    reader = BookReader.connect(visma_app, visma, LARGE)
    here = at(reader, 2022)
    assert reader.browser.get(f"{here}/csv").status == 404
    reading = read_through(reader, session, 2022)
    answer = reader.browser.client.get(f"{here}/csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.data.decode("utf-8").removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1] == ["Lucka", "A", "7", "9", "", "", ""]
    assert rows[4][:6] == ["Utan dokument", "A", "1", "1", "101,00", "5410 1930"]
    assert len(rows) == 1 + 3 + 746
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)
    ).one()
    assert entry.after == {"year": f"{reading.first_day} – {reading.last_day}"}
    assert entry.user_id == reader.owner.id


def test_index_knows_no_other_firms_year_nor_one_that_is_not_there(
    reader: BookReader, visma_app: Flask, visma: StandIn
) -> None:
    other = BookReader.connect(visma_app, visma, LARGE)
    assert other.browser.get(at(reader)).status == 404
    nothing = f"{reader.at}/{'0' * 8}-0000-0000-0000-{'0' * 12}/fullstandighet"
    assert reader.browser.get(nothing).status == 404
    assert reader.browser.post(f"{nothing}/las").status == 404


def test_index_shows_the_last_result_while_a_new_one_is_read(
    reader: BookReader, session: Session
) -> None:
    read_through(reader, session)
    press(reader, session)
    page = reader.browser.get(at(reader), 200)
    assert "Året läses" in page.words
    assert "Verifikat utan dokument" in page.words
    assert "Läs igen" not in page.text
