"""The audit trail is found by person, object, kind and time, by indexes, page by page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests.support.cast import Cast
from tests.support.plans import plan
from wizard.models import AuditAction, AuditEntry, now
from wizard.services import pages
from wizard.services.audit import search
from wizard.services.audit.search import Wanted, find_page
from wizard.services.audit.trail import (
    NOTHING,
    about_company,
    about_firm,
    about_user,
    acting_as,
    by_user,
    record,
)

MANY = 20_000
FILL = f"""
insert into audit_entries
  (at, actor, actor_name, user_id, action, object_kind, object_id, person, firm_id)
select now() - ({MANY} - n) * interval '1 minute', 'user', 'x', n % 97 + 1000, 'signed_in', 'users',
  (n % 97)::text, 'p' || n % 97 || '@example.com', n % 7 + 1000
from generate_series(1, {MANY}) n
"""


@pytest.fixture
def trail(session: Session, cast: Cast) -> list[int]:
    """Four acts: the ids of their entries, the oldest first."""
    made = []
    acts = (
        (cast.admin, AuditAction.FIRM_CHANGED, about_firm(cast.firm)),
        (cast.owner, AuditAction.LINK_SHOWN, about_company(cast.company)),
        (cast.support, AuditAction.PERSON_READ, about_company(cast.company, "Anna@Kund.example")),
        (cast.admin, AuditAction.ACCOUNT_CHANGED, about_user(cast.stranger)),
    )
    for hours, (user, action, about) in zip(range(len(acts) - 1, -1, -1), acts, strict=True):
        with acting_as(by_user(user, "203.0.113.7")):
            made.append(record(session, action, about))
        made[-1].at = now() - timedelta(hours=hours, minutes=10)
    session.commit()
    return [entry.id for entry in made]


def ids(session: Session, wanted: Wanted) -> list[int]:
    return [entry.id for entry in find_page(session, wanted).rows]


def test_everything_comes_newest_first(session: Session, trail: list[int]) -> None:
    assert ids(session, Wanted()) == trail[::-1]
    assert not Wanted(firm_id=1).is_narrowed
    assert Wanted(person="x").is_narrowed


def test_a_person_is_who_did_it_or_whom_it_concerns(
    session: Session, cast: Cast, trail: list[int]
) -> None:
    assert ids(session, Wanted(person=" ADAM@example.com ")) == [trail[3], trail[0]]
    assert ids(session, Wanted(person="anna@kund.example")) == [trail[2]]
    assert ids(session, Wanted(person=cast.stranger.email)) == [trail[3]]
    assert ids(session, Wanted(person="nobody@example.com")) == []


def test_a_thing_is_found_by_name_number_and_id(
    session: Session, cast: Cast, trail: list[int]
) -> None:
    of_company = [trail[2], trail[1]]
    for said in ("ängsbag", "559123-4561", cast.company.public_id):
        assert ids(session, Wanted(thing=said)) == of_company, said
    assert ids(session, Wanted(thing="Byrån")) == [trail[0]]
    assert ids(session, Wanted(thing="byrån ab")) == trail[2::-1]
    assert ids(session, Wanted(thing="Stina Alm")) == [trail[3]]
    assert ids(session, Wanted(thing="ängsbag", person=cast.owner.email)) == [trail[1]]
    assert ids(session, Wanted(thing="nothing of the kind")) == []


def test_a_kind_a_time_and_a_firm_narrow_together(
    session: Session, cast: Cast, trail: list[int]
) -> None:
    assert ids(session, Wanted(action=AuditAction.LINK_SHOWN)) == [trail[1]]
    between = Wanted(since=now() - timedelta(hours=3), until=now() - timedelta(hours=1))
    assert ids(session, between) == [trail[2], trail[1]]
    assert ids(session, Wanted(since=now() + timedelta(hours=1))) == []
    assert ids(session, Wanted(until=now() - timedelta(days=1))) == []
    assert ids(session, Wanted(firm_id=cast.other_firm.id)) == [trail[3]]
    assert ids(session, Wanted(firm_id=cast.firm.id, person=cast.admin.email)) == [trail[0]]


def test_pages_follow_each_other_and_a_file_has_all(
    session: Session, monkeypatch: pytest.MonkeyPatch, trail: list[int]
) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    first = find_page(session, Wanted())
    assert [entry.id for entry in first.rows] == trail[:0:-1]
    second = find_page(session, Wanted(), first.next_cursor or "")
    assert ([entry.id for entry in second.rows], second.next_cursor) == (trail[:1], None)
    assert pages.number_in("x") is None
    monkeypatch.setattr(search, "BATCH", 2)
    sessions = sessionmaker(session.get_bind())
    newest = record(session, AuditAction.EXPORTED, NOTHING)
    session.commit()
    found = [entry.id for entry in search.everything(sessions, Wanted(), newest.id, 3)]
    assert found == trail[:0:-1]
    assert len(list(search.everything(sessions, Wanted(), newest.id, 100))) == len(trail)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(person="p3@example.com"),
        Wanted(thing="13"),
        Wanted(action=AuditAction.PERSON_READ),
        Wanted(firm_id=1003),
        Wanted(firm_id=1003, person="p3@example.com"),
        Wanted(since=now() - timedelta(days=9), until=now() - timedelta(days=8)),
        Wanted(until=now() - timedelta(days=13)),
    ],
)
def test_no_search_reads_the_trail_through(session: Session, cast: Cast, wanted: Wanted) -> None:
    session.execute(text(FILL))
    session.commit()
    session.execute(text("analyze audit_entries"))
    session.commit()
    found: list[AuditEntry] = []
    how = plan(session, lambda: found.extend(find_page(session, wanted).rows))
    assert "Seq Scan on audit_entries" not in how, how
    costs = [float(cost) for cost in re.findall(r"cost=[\d.]+\.\.([\d.]+)", how)[:1]]
    assert costs[0] < 2000, how
