"""Every kind of line has its fate before anything happens, 5,000 of them within the time of a page."""

import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.tables import line, number, table, wrong_number
from wizard.models import Company, ImportLine, ImportStatus, KeyPurpose, LineFate, now
from wizard.services.imports import judging, overview
from wizard.services.imports.judging import By
from wizard.services.imports.tables import MOST_ROWS, TableEmptyError
from wizard.services.invitations import lifecycle

F = LineFate
BAD = {
    F.NUMBER_WRONG: "12345;A AB;a@example.com;A;sv;;",
    F.CHECK_DIGIT_WRONG: f"{wrong_number(1)};A AB;a@example.com;A;sv;;",
    F.NAME_WRONG: f"{number(2)};evil.app/x;a@example.com;A;sv;;",
    F.ADDRESS_WRONG: f"{number(3)};A AB;anna at example;A;sv;;",
    F.CONTACT_WRONG: f"{number(4)};A AB;a@example.com;www.evil.se;sv;;",
    F.LANGUAGE_WRONG: f"{number(5)};A AB;a@example.com;A;norska;;",
    F.RESPONSIBLE_WRONG: f"{number(6)};A AB;a@example.com;A;sv;Ingen Här;",
    F.REFERENCE_WRONG: f"{number(7)};A AB;a@example.com;A;sv;;{'x' * 51}",
}
HEADS = "Orgnr;Namn;Mejl;Kontakt;Språk;Ansvarig;Kundnr"
VALUES = {
    F.NUMBER_WRONG: "12345",
    F.CHECK_DIGIT_WRONG: wrong_number(1),
    F.NAME_WRONG: "evil.app/x",
    F.ADDRESS_WRONG: "anna at example",
    F.CONTACT_WRONG: "www.evil.se",
    F.LANGUAGE_WRONG: "norska",
    F.RESPONSIBLE_WRONG: "Ingen Här",
    F.REFERENCE_WRONG: "x" * 51,
}


def lines_of(session: Session) -> dict[int, ImportLine]:
    return {each.number: each for each in session.scalars(select(ImportLine))}


def test_every_kind_of_wrong_line_names_the_value(session: Session, cast: Cast) -> None:
    data = "\r\n".join([HEADS, *BAD.values()])
    judging.read(session, cast.firm, By(cast.owner), data)
    found = [(each.fate, each.wrong) for each in lines_of(session).values()]
    assert found == [(fate, VALUES[fate]) for fate in BAD]


def test_what_is_there_already_says_how_it_stands(app: Flask, session: Session, cast: Cast) -> None:
    companies = [
        Company(firm=cast.firm, name=f"{at}", organisation_number=number(at)) for at in range(4)
    ]
    session.add_all(companies)
    session.add(Company(firm=cast.other_firm, name="9", organisation_number=number(9)))
    session.commit()
    with time_machine.travel(now() - timedelta(days=2), tick=True):
        links = [
            lifecycle.activate(session, each, "visma", cast.owner, KeyPurpose.COPIED)
            for each in companies[1:]
        ]
    make_connection(session, links[1])
    lifecycle.withdraw(session, links[2].invitation, None)
    found = judging.read(
        session, cast.firm, By(cast.owner), table(line(at) for at in (0, 1, 2, 3, 9, 9))
    )
    fates = [each.fate for each in lines_of(session).values()]
    assert fates == [F.EXISTS, F.INVITED, F.CONNECTED, F.EXISTS, F.NEW, F.DUPLICATE]
    assert lines_of(session)[7].twin == 6
    invited = overview.lines_page(session, found, fates=[F.INVITED]).rows
    assert [row.invited_by for row in invited] == ["Olga Ek"]
    assert found.status is ImportStatus.READ
    assert session.scalar(select(func.count(Company.id))) == 7


def test_responsible_is_found_by_name_or_address(session: Session, cast: Cast) -> None:
    rows = [
        f"{number(at)};A AB;;;;{who};" for at, who in enumerate(["KARIN  ASK", "karin@example.com"])
    ]
    judging.read(session, cast.firm, By(cast.owner), "\n".join([HEADS, *rows]))
    assert {each.responsible_id for each in lines_of(session).values()} == {cast.colleague.id}
    with pytest.raises(TableEmptyError):
        judging.read(session, cast.firm, By(cast.owner), HEADS)


def test_five_thousand_lines_of_every_kind_are_judged_in_the_time_of_a_page(
    session: Session, cast: Cast
) -> None:
    kinds = [*BAD.values()]
    rows = [
        kinds[at % 20] if at % 20 < len(kinds) else f"{number(100 + at)};Bolag {at} AB;a{at}@example.com;Anna;sv;Olga Ek;K{at}"
        for at in range(MOST_ROWS)
    ]  # fmt: skip
    began = time.process_time()
    found = judging.read(session, cast.firm, By(cast.owner), "\r\n".join([HEADS, *rows]))
    seconds = time.process_time() - began
    counts = Counter(session.scalars(select(ImportLine.fate)))
    assert counts == {F.NEW: MOST_ROWS * 12 // 20, **dict.fromkeys(BAD, MOST_ROWS // 20)}
    assert overview.progress(session, found).good == MOST_ROWS * 12 // 20
    assert seconds < 5, seconds
