"""The page of each cause: whether the company is the right one, who is told, and what is left to do."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.client import Page
from tests.support.standin import StandIn
from tests.support.traveller import (
    Traveller,
    address,
    authorizations,
    cause_of,
    invite,
)
from wizard.causes import CAUSES, TOLD, Cause, Way
from wizard.config import ROOT
from wizard.models import Event, EventKind, Letter, LetterKind
from wizard.sandbox.cast import companies

CHECK_THAT = "Kontrollera också att du valde"
READ_AND_RIGHT = {
    "Inaktiva AB": "Rätt företag – men det är inte aktivt i Visma",
    "Bara Fakturering AB": "Rätt företag – men det har bara fakturering i Visma",
    "Fel Produktvariant AB": "Rätt företag – men det har bara fakturering i Visma",
    "Saknar Behörighet AB": "Rätt företag – men din behörighet räcker inte",
    "Saknar Scope AB": "Rätt företag – men vi fick inte läsa allt som behövs",
}
NEVER_READ = ("Modul Saknas AB", "Startguiden Ej Klar AB", "Avstängda AB", "Avtal Ej Godkänt AB")
UNLIKE_ALL = {"Saknar Nummer AB": "number_missing", "Norskt Selskap AS": "not_swedish"}


def arrive(app: Flask, visma: StandIn, company: str, asked_for: str = "") -> tuple[Traveller, Page]:
    """Vera at the page of what is wrong with this company, by a link for it or for another."""
    name = asked_for or company
    found = next(one for one in companies.ALL if one.name == name)
    digits = "".join(filter(str.isdigit, found.number or ""))
    number = digits if len(digits) == 10 else "5599009999"
    traveller = Traveller.with_link(app, visma, address(invite(app, name, number)))
    return traveller, traveller.go_straight().approve("Vera Välja", company)


def first_way(page: Page) -> str:
    """The words of the main action."""
    assert page.tree is not None
    actions = next(one for one in page.tree.iter() if one.get("class") == "act")
    main = next(one for one in actions.iter() if one.get("class") == "button")
    return "".join(main.itertext()).strip()


@pytest.mark.parametrize(("company", "heading"), READ_AND_RIGHT.items())
def test_a_company_that_was_read_and_is_right_is_said_to_be(
    visma_app: Flask, visma: StandIn, company: str, heading: str
) -> None:
    _, page = arrive(visma_app, visma, company)
    assert page.heading == heading
    assert CHECK_THAT not in page.words
    assert "Välj företag igen" not in page.words
    assert "du valde" not in page.words.lower()


@pytest.mark.parametrize("company", NEVER_READ)
def test_a_company_that_could_not_be_read_may_be_another(
    visma_app: Flask, visma: StandIn, company: str
) -> None:
    traveller, page = arrive(visma_app, visma, company)
    assert "Rätt företag" not in page.heading
    assert CHECK_THAT in page.words
    assert "Välj företag igen" in page.words
    assert "standardföretag" in traveller.follow(traveller.post("fick-inte-valja", 303)).words


@pytest.mark.parametrize(("company", "cause"), UNLIKE_ALL.items())
def test_a_company_that_no_number_can_match_has_a_page_of_its_own(
    visma_app: Flask, visma: StandIn, database: Session, company: str, cause: str
) -> None:
    for _ in range(2):
        traveller, page = arrive(visma_app, visma, company)
        assert cause_of(database) == cause
        assert f"Visma gav oss {company}." in page.words
        assert f"Länken gäller {company}" not in page.words  # the same name once more tells nothing
        assert "Du valde" not in page.words
        assert first_way(page) == "Meddela Britta Berg"
    assert "Visma väljer" not in traveller.approve("Vera Välja", company).heading


def test_a_default_company_is_not_said_to_be_chosen(approver: Traveller) -> None:
    page = approver.go_straight().approve("Otto Överhoppad", None)
    assert "Du valde Gamla Bolaget AB (559900-1145)." in page.words
    page = approver.follow(approver.post("fick-inte-valja", 303))
    assert page.heading == "Visma väljer ett annat företag åt dig"
    assert "Visma gav oss Gamla Bolaget AB (559900-1145)." in page.words
    assert "Du valde" not in page.words
    assert first_way(page) == "Öppna Visma i en ny flik"


@pytest.mark.parametrize("company", [*UNLIKE_ALL, "Inaktiva AB", "Bara Fakturering AB"])
def test_the_sender_is_told_once_and_the_page_then_says_what_is_left(
    visma_app: Flask, visma: StandIn, database: Session, company: str
) -> None:
    traveller, page = arrive(visma_app, visma, company)
    assert first_way(page) == "Meddela Britta Berg"
    for _ in range(2):
        page = traveller.follow(traveller.post("meddela", 303))
    assert "Tack. Vi har meddelat Britta Berg." in page.words
    assert not any("meddela" in action for action in page.actions)
    assert CHECK_THAT not in page.words
    told = database.scalars(select(Event).where(Event.kind == EventKind.CAUSE_TOLD)).all()
    assert [one.cause for one in told] == [cause_of(database)]
    letters = select(Letter.topic).where(Letter.kind == LetterKind.CAUSE_TOLD)
    assert database.scalars(letters).all() == [cause_of(database)]


def test_who_has_questioned_the_number_waits_for_an_answer(approver: Traveller) -> None:
    approver.go_straight().approve("Vera Välja", "Annat Bolag AB")
    page = approver.follow(approver.post("fel-nummer", 303))
    assert "Du behöver inte göra något mer förrän Britta Berg har svarat." in page.words
    for done in ("Stämmer numret inte?", "Jag fick inte välja", "Du valde"):
        assert done not in page.words
    assert "Välj företag igen" in page.words


def test_nobody_is_told_of_a_cause_that_is_not_for_the_sender(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve("Bo Begränsad", None)
    approver.post("meddela", 303)
    assert not database.scalars(select(Event).where(Event.kind == EventKind.CAUSE_TOLD)).all()


def test_what_the_sender_was_told_is_kept_apart_for_each_cause(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    traveller, _ = arrive(visma_app, visma, "Saknar Nummer AB")
    traveller.post("meddela", 303)
    page = traveller.approve("Vera Välja", "Norskt Selskap AS")
    assert first_way(page) == "Meddela Britta Berg"
    assert len(authorizations(database)) == 2


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_cause_has_the_texts_its_ways_need(app: Flask, language: str) -> None:
    with app.test_request_context():
        told = app.jinja_env.get_template(f"providers/visma/{language}/told.html").module
        for cause, facts in CAUSES.items():
            text = app.jinja_env.get_template(f"causes/{language}/{cause.value}.html").module
            of_a_company = facts.rank is not None and cause is not Cause.OUR_CONFIGURATION
            assert hasattr(text, "right") == of_a_company, cause
            assert hasattr(text, "told") == bool(facts.told_ways), cause
            assert (cause in told.of) == (cause in TOLD), cause  # type: ignore[attr-defined]


LOGS_IN = {"sv": "Logga in i Visma och", "en": "Sign in to Visma and"}


@pytest.mark.parametrize(("language", "cause"), list(product(LOGS_IN, CAUSES)))
def test_a_cause_that_sends_her_to_the_program_has_a_way_there(language: str, cause: Cause) -> None:
    words = (ROOT / f"templates/causes/{language}/{cause.value}.html").read_text("utf-8")
    if LOGS_IN[language] in words or "_steps.html" in words:
        assert Way.OPEN_PROGRAM in CAUSES[cause].ways, cause


@pytest.mark.parametrize("language", LOGS_IN)
@pytest.mark.parametrize(
    ("company", "report"),
    [
        ("Modul Saknas AB", ""),
        ("Saknar Nummer AB", ""),
        ("Saknar Nummer AB", "meddela"),
        ("Annat Bolag AB", "fick-inte-valja"),
    ],
)
def test_the_way_to_the_program_stands_once(
    visma_app: Flask, visma: StandIn, company: str, report: str, language: str
) -> None:
    ours = "Norrtälje Bokbinderi AB" if report == "fick-inte-valja" else company
    traveller, _ = arrive(visma_app, visma, company, ours)
    if report:
        traveller.post(report, 303)
    page = traveller.get(f"orsak?lang={language}", 200)
    assert page.tree is not None
    addresses = [link.get("href", "") for link in page.tree.iter("a") if link.get("target")]
    assert len([one for one in addresses if one.startswith(visma.url)]) == 1
