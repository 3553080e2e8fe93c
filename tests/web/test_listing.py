"""The list on its pages: the address says what is shown, Back leads to it, and a file has all of it."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.connections import make_connection
from wizard.models import AuditAction, AuditEntry, Company, Connection, KeyPurpose
from wizard.services import pages
from wizard.services.invitations import lifecycle

Open = Callable[..., Browser]


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """A connection that needs to be renewed, and a company beside it that was never invited."""
    session.add(Company(firm_id=cast.firm.id, name="=1+2 AB", organisation_number="5560000001"))
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    made = make_connection(session, link)
    broken.need_renewal(session, made)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["=1+2 AB", "Ängsbageriet AB"]),
        ("move=firm", ["=1+2 AB", "Ängsbageriet AB"]),
        ("move=approver", []),
        ("reason=not_invited", ["=1+2 AB"]),
        ("status=renewal_needed", ["Ängsbageriet AB"]),
        ("visa=mine", ["Ängsbageriet AB"]),
        ("visa=nobodys", ["=1+2 AB"]),
        ("responsible=nobody-known", []),
        ("firm=Byr%C3%A5n+AB&sort=newest", ["Ängsbageriet AB", "=1+2 AB"]),
        ("firm=Ingen", []),
        ("search=%C3%A4ngs&sort=longest", ["Ängsbageriet AB"]),
        ("sort=read", ["Ängsbageriet AB"]),
        ("unread=30", []),
        ("consultant=1", []),
        ("move=nonsense&sort=nonsense&unread=x&cause=%00", ["=1+2 AB", "Ängsbageriet AB"]),
    ],
)
@pytest.mark.usefixtures("connection")
def test_an_address_says_what_the_list_shows(
    browser: Open, cast: Cast, query: str, found: list[str]
) -> None:
    page = browser(cast.owner).get(f"/foretag?{query}", 200)
    assert page.tree is not None
    named = [
        "".join(cell.itertext()).split("  ")[0]
        for table in page.tree.iter("table")
        if table.get("class") == "table lines"
        for cell in table.iter("td")
        if cell.get("class") == "first"
    ]
    assert [name.partition("\n")[0] for name in named] == found
    number = "1 företag" if len(found) == 1 else f"{len(found)} företag"
    assert number in page.words


def test_pages_go_both_ways_and_back_leads_to_the_list_as_it_was(
    browser: Open,
    cast: Cast,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    session.add_all(
        Company(firm_id=cast.firm.id, name=f"Bolag {n}", organisation_number=f"556000000{n}")
        for n in range(5)
    )
    session.commit()
    member = browser(cast.owner)
    first = member.get("/foretag?move=firm&search=bolag", 200)
    onward = next(link for link in first.links if "after=" in link)
    second = member.get(onward, 200)
    assert "Bolag 2" in second.words
    assert "move=firm" in onward
    assert "search=bolag" in onward
    company = next(
        link
        for link in second.links
        if link.startswith("/foretag/") and "csv" not in link and link not in first.links
    )
    assert onward in member.get(company, 200).links
    before = next(link for link in second.links if "before=" in link)
    assert "Bolag 0" in member.get(before, 200).words


def test_a_file_has_the_list_without_formulas_and_where_each_is_mended(
    browser: Open, cast: Cast, session: Session, connection: Connection
) -> None:
    page = browser(cast.owner).get("/foretag/csv?move=firm", 200)
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(page.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["Företag"] for row in rows] == ["'=1+2 AB", "Ängsbageriet AB"]
    assert rows[1]["Status"] == "Behöver förnyas"
    address = f"/foretag/{cast.company.public_id}/ladda-upp-data"
    assert rows[1]["Åtgärdas här"].endswith(address)
    assert "/k/" not in page.text
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)
    ).one()
    assert (entry.object_name, entry.after) == ("foretag", {"move": "firm"})
    of_all = browser(cast.support).get("/admin/kopplingar/csv", 200)
    assert "Ängsbageriet AB" in of_all.text
    assert "=1+2 AB" not in of_all.text
    assert "Främmande AB" not in browser(cast.owner).get("/foretag/csv", 200).text
    assert connection.public_id not in page.text


def test_nobody_fetches_a_file_ahead_of_being_asked(browser: Open, cast: Cast) -> None:
    browser(cast.owner).get("/foretag/csv", 403, headers={"Sec-Purpose": "prefetch"})
    assert browser(cast.owner).client.head("/foretag/csv").status_code == 405


def test_open_invitations_are_a_list_of_their_own(
    browser: Open, cast: Cast, session: Session
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    owner, query = browser(cast.owner), "/foretag?invitation=living"
    assert query in owner.get("/foretag", 200).links
    assert query in browser(cast.admin).get("/admin", 200).links
    assert cast.company.name in _listed(owner.get(query, 200))
    lifecycle.withdraw(session, link.invitation, cast.owner)
    assert cast.company.name not in _listed(owner.get(query, 200))
    assert cast.company.name in _listed(owner.get("/foretag?invitation=withdrawn", 200))


def _listed(page: Page) -> str:
    assert page.tree is not None
    return " ".join(
        "".join(table.itertext())
        for table in page.tree.iter("table")
        if table.get("class") == "table lines"
    )
