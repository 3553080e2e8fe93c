"""The first page of those who run the service, and the list that it leads to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import Outage, OutageKind, now

Open = Callable[..., Browser]


@pytest.fixture
def worker(session: Session) -> None:
    """A worker that has just answered."""
    session.execute(
        text("insert into procrastinate.procrastinate_workers (last_heartbeat) values (now())")
    )
    session.commit()


def test_desk_says_that_all_is_well(browser: Open, cast: Cast, worker: None) -> None:
    for user in (cast.admin, cast.support):
        page = browser(user).get("/admin", 200)
        assert "Allt är som det ska." in page.words
    assert "Ingen bakgrundstjänst" not in page.words


def test_desk_says_first_that_nothing_works_in_the_background(browser: Open, cast: Cast) -> None:
    assert "Ingen bakgrundstjänst är igång" in browser(cast.admin).get("/admin", 200).words


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OutageKind.SILENT, ("Visma svarar inte sedan kl.", "95 kopplingar. Vi försöker själva.")),
        (
            OutageKind.REFUSED,
            ("Visma nekar 95 kopplingar på en gång sedan kl.", "mejlar ingen byrå"),
        ),
    ],
)
def test_desk_says_what_an_outage_is_and_what_we_do(
    browser: Open,
    cast: Cast,
    session: Session,
    worker: None,
    kind: OutageKind,
    said: tuple[str, str],
) -> None:
    began_at = now() - timedelta(minutes=20)
    session.add(Outage(provider="visma", kind=kind, began_at=began_at, affected=95))
    session.commit()
    words = browser(cast.support).get("/admin", 200).words
    for part in said:
        assert part in words


def test_desk_leads_to_the_companies_that_it_counts(
    browser: Open, cast: Cast, session: Session, worker: None
) -> None:
    made = [broken.connect(session, cast.firm, cast.owner, number) for number in range(6)]
    broken.need_renewal(session, *made[:2])
    broken.disturb(session, made[2], cause="our_configuration")
    broken.disturb(session, made[3])
    page = browser(cast.admin).get("/admin", 200)
    assert "Ett fel hos oss hindrar 1 företag" in page.words
    shown = {
        "/foretag?move=we": ["Bolag 002 AB"],
        "/foretag?move=provider": ["Bolag 003 AB"],
        "/foretag?move=firm&reason=to_be_renewed": ["Bolag 000 AB", "Bolag 001 AB"],
    }
    for link, names in shown.items():
        assert link in page.links
        listed = browser(cast.admin).get(link, 200).words
        assert [f"Bolag {number:03} AB" in listed for number in range(6)] == [
            f"Bolag {number:03} AB" in names for number in range(6)
        ], link


@pytest.mark.parametrize("query", ["move=nonsense", "reason=nonsense", "move=", "reason="])
def test_an_unknown_move_asks_for_nothing(browser: Open, cast: Cast, query: str) -> None:
    assert "Ängsbageriet AB" in browser(cast.owner).get(f"/foretag?{query}", 200).words


def test_a_member_sees_whose_move_it_is_at_her_own_firm_alone(
    browser: Open, cast: Cast, session: Session
) -> None:
    page = browser(cast.owner).get("/foretag?move=firm", 200)
    assert "Ängsbageriet AB" in page.words
    assert "Byrån: Inte inbjudet" in page.words
    assert "Främmande AB" not in page.words
    assert "Inget företag passar." in browser(cast.owner).get("/foretag?move=we", 200).words
