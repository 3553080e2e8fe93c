"""Doing a bulk action: what was previewed and nothing else, once whatever is killed or repeated, calmly."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.support import broken, bulk
from tests.support.cast import Cast
from tests.support.mail_server import MailServer, send_due
from tests.support.minting import connect
from tests.support.programs import WORKER, program
from tests.support.standin import StandIn
from wizard.models import (
    AuditAction,
    AuditEntry,
    BulkAct,
    BulkAction,
    BulkFate,
    BulkReason,
    BulkRow,
    BulkStatus,
    Company,
    Connection,
    Event,
    EventKind,
    Letter,
    LetterKind,
    now,
)
from wizard.services.accounts.responsibility import name_responsible
from wizard.services.bulk import previewing, running
from wizard.services.bulk.previewing import (
    Wish,
)
from wizard.services.bulk.running import FRESH, NotStartableError
from wizard.services.companies import company_records
from wizard.services.companies.company_list import Wanted
from wizard.services.invitations import lifecycle
from wizard.services.throttling import letter_caps
from wizard.services.throttling.letter_caps import Sending

PATIENCE = 90.0
DONE = (BulkFate.DONE, None)


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def letters(session: Session, *kinds: LetterKind) -> list[str]:
    session.rollback()
    wanted = select(Letter.recipient).where(Letter.kind.in_(kinds)).order_by(Letter.id)
    return list(session.scalars(wanted))


def events(session: Session, kind: EventKind) -> list[int | None]:
    """Who did it, of each line of the history."""
    session.rollback()
    return list(session.scalars(select(Event.user_id).where(Event.kind == kind)))


def to_renew(session: Session, cast: Cast, index: int, email: str = "frida@example.com") -> Company:
    return bulk.broken_one(session, cast.firm, cast.owner, index, email).company


def status(session: Session, found: BulkAction) -> BulkStatus:
    session.rollback()
    session.expire_all()
    return found.status


def test_those_that_are_to_be_renewed_are_asked_once(
    app: Flask, session: Session, cast: Cast
) -> None:
    broken_ones = [bulk.broken_one(session, cast.firm, cast.owner, n).company for n in range(3)]
    works = broken.connect(session, cast.firm, cast.owner, 7).company
    for _ in range(2):  # the whole of it again
        found = bulk.previewed(session, cast.owner, BulkAct.RENEW, *broken_ones, works)
        for _ in range(2):  # pressed twice
            running.start(session, found, cast.owner)
        bulk.turns(app, found, 2)
        assert status(session, found) is BulkStatus.DONE
    assert letters(session, LetterKind.INVITATION) == ["frida@example.com"] * 3
    assert set(bulk.fates(session, found).values()) == {
        (BulkFate.WILL_NOT, BulkReason.INVITED),
        (BulkFate.WILL_NOT, BulkReason.WORKS),
    }
    acts = select(AuditEntry.after).where(AuditEntry.action == AuditAction.BULK_DONE)
    assert {"done": "bulk_renew", "number": 3} in session.scalars(acts).all()


def test_connections_are_read_in_turn_and_the_result_stands_on_each_row(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    admin = Cast.enter(database).admin
    ids = connect(visma_app, visma, 3)
    companies = [database.get_one(Connection, one).company for one in ids]
    found = bulk.begun(database, admin, BulkAct.CHECK, *companies)
    bulk.turns(visma_app, found, 2)
    database.expire_all()
    rows = database.scalars(select(BulkRow)).all()
    assert [(row.fate, row.found) for row in rows] == [(BulkFate.DONE, "read")] * 3
    assert events(database, EventKind.CHECKED_BY_HAND) == [admin.id] * 3
    assert visma.counters()["api:companysettings"] == 3
    assert found.status is BulkStatus.DONE


def test_a_check_under_way_is_not_begun_beside_itself_and_taken_up_if_it_was_killed(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    admin = Cast.enter(database).admin
    (made,) = connect(visma_app, visma)
    found = bulk.begun(database, admin, BulkAct.CHECK, database.get_one(Connection, made).company)
    row = database.scalars(select(BulkRow)).one()
    row.taken_at = now()
    database.commit()
    bulk.turns(visma_app, found, 2)
    assert events(database, EventKind.CHECKED_BY_HAND) == []
    with time_machine.travel(now() + running.LEASE + timedelta(seconds=1), tick=True):
        bulk.turns(visma_app, found, 2)
    assert events(database, EventKind.CHECKED_BY_HAND) == [admin.id]


def test_what_has_changed_since_the_preview_is_left_and_told_apart(
    app: Flask, session: Session, cast: Cast
) -> None:
    olga = cast.owner
    moved, given, same, gone = (bulk.mailed(session, cast.firm, olga, n) for n in range(4))
    ended = bulk.previewed(session, olga, BulkAct.WITHDRAW, moved, same, gone)
    to = bulk.previewed(session, olga, BulkAct.RESPONSIBLE, given, same, to=None)
    for company in (moved, gone):
        invitation = lifecycle.living_invitation(session, company)
        assert invitation
        lifecycle.withdraw(session, invitation, olga)
    lifecycle.begin(session, moved, "visma", olga)  # another one
    session.commit()
    name_responsible(session, given, cast.colleague)
    for found in (ended, to):
        running.start(session, found, olga)
        bulk.turns(app, found)
    assert bulk.fates(session, ended) == {
        moved.name: (BulkFate.NOT_DONE, BulkReason.CHANGED),
        same.name: DONE,
        gone.name: (BulkFate.NOT_DONE, BulkReason.NOT_INVITED),
    }
    assert bulk.fates(session, to) == {
        given.name: (BulkFate.NOT_DONE, BulkReason.CHANGED),
        same.name: DONE,
    }
    assert lifecycle.living_invitation(session, moved)


def test_a_company_removed_meanwhile_stops_nothing(
    app: Flask, session: Session, cast: Cast
) -> None:
    gone, stays = (bulk.company(session, cast.firm, n) for n in range(2))
    found = bulk.begun(session, cast.owner, BulkAct.RESPONSIBLE, gone, stays, to=cast.colleague)
    company_records.remove(session, gone)
    bulk.turns(app, found)
    assert bulk.fates(session, found) == {
        "–": (BulkFate.NOT_DONE, BulkReason.CHANGED),
        stays.name: DONE,
    }


def test_the_caps_of_a_day_and_a_calm_rate_hold(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_caps, "CALM", 2)
    companies = [to_renew(session, cast, n, f"eva{n}@example.com") for n in range(6)]
    morning = now().replace(hour=10) + timedelta(days=1)
    with time_machine.travel(morning, tick=True):
        found = bulk.begun(session, cast.owner, BulkAct.RENEW, *companies)
        asked = []
        for _ in range(3):
            bulk.turns(app, found, by_one=3)
            asked.append(len(letters(session, LetterKind.INVITATION)))
        assert (asked, status(session, found)) == ([2, 3, 3], BulkStatus.RUNNING)
    with time_machine.travel(morning + timedelta(days=1), tick=True):
        bulk.turns(app, found, 3, by_one=3)
        assert len(letters(session, LetterKind.INVITATION)) == 6
    assert status(session, found) is BulkStatus.DONE


def test_one_person_gets_one_mail_about_all_her_companies(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    companies = [to_renew(session, cast, n) for n in range(3)]
    found = bulk.begun(session, cast.owner, BulkAct.RENEW, *companies)
    bulk.turns(app, found, 2, to_one=1)
    assert set(bulk.fates(session, found).values()) == {DONE}
    send_due(app)
    assert len(mail_server.letters) == 1
    for act in (BulkAct.MAIL_LINK, BulkAct.REMIND):
        with time_machine.travel(now() + timedelta(days=1), tick=True):
            again = bulk.begun(session, cast.owner, act, *companies)
            bulk.turns(app, again, 2)
            assert set(bulk.fates(session, again).values()) == {DONE}, act
            mail_server.letters.clear()
            mail_server.envelopes.clear()
            send_due(app)
            assert len(mail_server.letters) == 1, act
        session.execute(update(Letter).values(sent_at=now() - timedelta(days=1)))
        session.commit()


def test_a_full_address_does_not_stop_the_others(app: Flask, session: Session, cast: Cast) -> None:
    companies = [to_renew(session, cast, n, f"eva{n}@example.com") for n in range(2)]
    sending = Sending("eva0@example.com", "somebody", cast.firm.id)
    letter_caps.note(session, bulk.work(app).caps, sending)
    session.commit()
    found = bulk.begun(session, cast.owner, BulkAct.RENEW, *companies)
    bulk.turns(app, found, 2, to_one=1)
    assert letters(session, LetterKind.INVITATION) == ["eva1@example.com"]
    assert status(session, found) is BulkStatus.RUNNING


def test_stop_leaves_the_rest(app: Flask, session: Session, cast: Cast) -> None:
    companies = [bulk.company(session, cast.firm, n) for n in range(2)]
    found = bulk.begun(session, cast.owner, BulkAct.RESPONSIBLE, *companies, to=cast.owner)
    for _ in range(2):
        running.stop(session, found)
    bulk.turns(app, found)
    stopped = (BulkFate.NOT_DONE, BulkReason.STOPPED)
    assert set(bulk.fates(session, found).values()) == {stopped}
    with pytest.raises(NotStartableError):
        running.start(session, found, cast.owner)


def test_who_asked_must_still_be_allowed(app: Flask, session: Session, cast: Cast) -> None:
    company = bulk.company(session, cast.firm, 1)
    found = bulk.begun(session, cast.owner, BulkAct.RESPONSIBLE, company, to=cast.owner)
    cast.owner.active = False
    session.commit()
    bulk.turns(app, found)
    left = (BulkFate.NOT_DONE, BulkReason.NOT_ALLOWED)
    assert bulk.fates(session, found) == {company.name: left}
    assert found.status is BulkStatus.STOPPED


def test_a_preview_is_begun_by_who_made_it_within_a_day(session: Session, cast: Cast) -> None:
    company = bulk.company(session, cast.firm, 1)
    found = bulk.previewed(session, cast.owner, BulkAct.RESPONSIBLE, company, to=cast.owner)
    with pytest.raises(NotStartableError):
        running.start(session, found, cast.colleague)
    with (
        time_machine.travel(now() + FRESH + timedelta(minutes=1), tick=True),
        pytest.raises(NotStartableError),
    ):
        running.start(session, found, cast.owner)


def test_a_company_for_which_it_goes_wrong_stops_no_other(
    app: Flask, session: Session, cast: Cast
) -> None:
    bad, good = (bulk.company(session, cast.firm, n) for n in range(2))
    found = bulk.begun(session, cast.owner, BulkAct.RESPONSIBLE, bad, good, to=cast.colleague)
    session.execute(
        text(
            "create function refuse() returns trigger language plpgsql as "
            "$$ begin raise exception 'no'; end $$"
        )
    )
    session.execute(
        text(
            "create trigger refuse before update of responsible_id on companies for each row "
            f"when (old.id = {bad.id}) execute function refuse()"
        )
    )
    session.commit()
    bulk.turns(app, found)
    fates = bulk.fates(session, found)
    session.execute(text("drop function refuse cascade"))  # it would stay for the next test
    session.commit()
    assert fates == {bad.name: (BulkFate.NOT_DONE, BulkReason.FAILED), good.name: DONE}


def test_a_worker_killed_midway_is_followed_by_one_that_ends_it_and_nothing_is_done_twice(
    app: Flask, session: Session, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    many = 900
    session.add_all(
        Company(firm_id=cast.firm.id, name=f"B {n} AB", organisation_number=f"55{n:08}")
        for n in range(many)
    )
    session.commit()
    ids = previewing.of_list(session, cast.owner, Wanted())
    found = previewing.preview(session, cast.owner, Wish(BulkAct.RESPONSIBLE, cast.colleague), ids)
    running.start(session, found, cast.owner)
    settings = {"database_url": database_url}
    with program(WORKER, tmp_path / "first", **settings) as worker:
        wait_for(lambda: changed(session) > 50)
        worker.kill()
        worker.wait()
    assert 50 < changed(session) < many
    with program(WORKER, tmp_path / "second", **settings):
        wait_for(lambda: status(session, found) is BulkStatus.DONE)
    assert changed(session) == many + 1  # with the one of the cast
    given = select(func.count()).where(Company.responsible_id == cast.colleague.id)
    assert session.scalar(given) == many + 1


def changed(session: Session) -> int:
    """Lines in the audit trail."""
    session.rollback()
    lines = select(func.count()).where(AuditEntry.action == AuditAction.COMPANY_CHANGED)
    return session.scalar(lines) or 0


def wait_for(happened: Callable[[], bool]) -> None:
    ends = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < ends, "it did not happen"
        sleep(0.05)
