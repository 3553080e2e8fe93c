"""The page of the audit trail: who may read it, how it is searched, and its file."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import AuditAction, AuditActor, AuditEntry, KeyPurpose, Role, Scope, SignInWay
from wizard.services.audit.trail import (
    About,
    Who,
    about_company,
    about_firm,
    acting_as,
    by_user,
    record,
)
from wizard.services.values import spreadsheets
from wizard.web.audit import wording

Open = Callable[..., Browser]


@pytest.fixture
def acts(session: Session, cast: Cast) -> None:
    """One act of each firm's, and one of no firm's."""
    with acting_as(by_user(cast.admin, "203.0.113.7")):
        was, became = {"contact_name": "Britta Berg"}, {"contact_name": "=Nina Ny"}
        record(session, AuditAction.FIRM_CHANGED, about_firm(cast.firm), before=was, after=became)
        record(session, AuditAction.LINK_SHOWN, about_company(cast.other_company))
    with acting_as(Who(AuditActor.COMMAND, "flask keys rotate")):
        record(session, AuditAction.BULK_DONE, after={"done": "keys_rotated", "number": 3})
    session.commit()


@pytest.fixture
def manager(session: Session, cast: Cast) -> None:
    """The owner may manage the users of her firm."""
    cast.owner.may_manage_members = True
    session.commit()


def rows(page_text: str) -> list[list[str]]:
    assert page_text[0] == spreadsheets.MARK
    return list(csv.reader(io.StringIO(page_text[1:]), delimiter=";"))


@pytest.mark.usefixtures("acts")
def test_an_admin_reads_who_did_what_to_what_from_where_before_and_after(
    browser: Open, cast: Cast
) -> None:
    page = browser(cast.admin).get("/granskning", 200)
    for words in (
        "Byrå ändrad",
        cast.admin.email,
        "203.0.113.7",
        "Byrån AB",
        "Kontaktens namn: Britta Berg",
        "Kontaktens namn: =Nina Ny",
        "Länk visad",
        "Kommando: flask keys rotate",
        "hemligheter förseglade med den nyaste nyckeln",
    ):
        assert words in page.words, words


@pytest.mark.usefixtures("acts", "manager")
def test_who_manages_a_firms_users_reads_her_own_firms_entries_alone(
    browser: Open, cast: Cast, session: Session
) -> None:
    owner = browser(cast.owner)
    page = owner.get("/granskning", 200)
    assert "Byrå ändrad" in page.words
    assert "Främmande AB" not in page.words
    assert "keys rotate" not in page.words
    assert "/granskning" in owner.get("/foretag", 200).links
    assert (
        "Främmande" not in owner.get("/granskning?thing=Främmande", 200).words.partition("Ingen")[2]
    )
    assert [line[3] for line in rows(owner.get("/granskning/csv", 200).text)[1:]] == ["Byrå ändrad"]
    exported = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)
    ).one()
    assert exported.firm_id == cast.firm.id


@pytest.mark.parametrize("who", ["colleague", "support", "stranger"])
def test_others_may_not_read_it(browser: Open, cast: Cast, who: str) -> None:
    visitor = browser(getattr(cast, who))
    for path in ("/granskning", "/granskning/csv"):
        visitor.get(path, 403)
    assert "/granskning" not in visitor.get("/foretag", 200).links


def test_the_mark_of_a_manager_is_worth_nothing_to_support(
    browser: Open, cast: Cast, session: Session
) -> None:
    cast.support.may_manage_members = True
    session.commit()
    assert cast.support.role is Role.SUPPORT
    browser(cast.support).get("/granskning", 403)


@pytest.mark.usefixtures("acts")
def test_searches_narrow_and_say_when_nothing_matches(browser: Open, cast: Cast) -> None:
    admin = browser(cast.admin)
    found = admin.get("/granskning?action=link_shown&since=2020-01-01&person=adam@example.com", 200)
    assert "Främmande AB" in found.words
    assert "Britta Berg" not in found.words
    assert found.value("person") == "adam@example.com"
    assert "Ingen rad stämmer." in admin.get("/granskning?until=2020-01-01", 200).words
    everything = admin.get("/granskning?action=x&since=x&until=0001-01-01&after=x", 200)
    assert "Byrå ändrad" in everything.words


def test_an_empty_trail_says_so_without_a_file(app: Flask, browser: Open, cast: Cast) -> None:
    page = browser(cast.admin).get("/granskning", 200)
    assert "Inget har antecknats än." in page.words
    assert not [link for link in page.links if "csv" in link]


@pytest.mark.usefixtures("acts")
def test_the_file_is_an_entry_and_holds_no_formula(
    browser: Open, cast: Cast, session: Session
) -> None:
    with acting_as(by_user(cast.admin, None)):
        record(session, AuditAction.KEY_CREATED, About(name="@SUM(1)", firm_id=cast.firm.id))
    session.commit()
    answer = browser(cast.admin).get("/granskning/csv?action=key_created", 200)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="granskning.csv"'
    [head, line] = rows(answer.text)
    assert head[:4] == ["När", "Vem", "Varifrån", "Vad"]
    assert line[3:6] == ["API-nyckel skapad", "", "'@SUM(1)"]
    newest = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (newest.action, newest.after) == (AuditAction.EXPORTED, {"action": "key_created"})
    assert newest.user_id == cast.admin.id


def test_what_nobody_asked_for_is_no_export(browser: Open, cast: Cast, session: Session) -> None:
    admin = browser(cast.admin)
    admin.get("/granskning/csv", 403, headers={"Sec-Purpose": "prefetch"})
    assert admin.client.head("/granskning/csv").status_code == 405
    assert session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\r=1", " =1", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert spreadsheets.plain(cell) == f"'{cell}"
    assert spreadsheets.plain("1-2") == "1-2"


def test_every_act_and_every_actor_has_its_words(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert set(wording.ACTIONS) == set(AuditAction)
        assert set(wording.ACTORS) == set(AuditActor)
        for words in ({**wording.ACTIONS}, {**wording.ACTORS}, wording.FIELDS, wording.OBJECTS):
            assert all(str(one).strip() for one in words.values())


def test_every_value_of_a_word_list_has_words() -> None:
    lists = {"purpose": KeyPurpose, "role": Role, "way": SignInWay, "scopes": Scope}
    missing = [
        (name, one.value)
        for name, members in lists.items()
        for one in members
        if (name, one.value) not in wording.VALUES
    ]
    assert not missing
