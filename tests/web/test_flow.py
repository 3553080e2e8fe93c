"""The flow: which week and firm its address asks for, and what its bars and its table say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import EventKind, KeyPurpose, Step, now
from wizard.services.desk.funnel import week_of
from wizard.services.history import record
from wizard.services.invitations import lifecycle, visits
from wizard.web.desk.flow import week_word

Open = Callable[..., Browser]


@pytest.fixture
def stopped(session: Session, cast: Cast) -> None:
    """One invitation of Byrån's, which has come to a cause."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    key = visits.find_key(session, link.secret)
    assert key
    visits.go_straight(session, key)
    record(session, EventKind.ATTEMPT_FAILED, key.invitation, cause="wrong_company")
    session.commit()


def test_flow_is_empty_before_anybody_came(browser: Open, cast: Cast) -> None:
    for user, path in ((cast.admin, "/admin/flode"), (cast.owner, "/foretag/flode")):
        page = browser(user).get(path, 200)
        assert "Ingen kom till guiden den här veckan." in page.words
        assert f"Vecka {week_of(now()).isocalendar().week}, " in page.words


def test_flow_says_what_was_counted_of_all_and_of_one_firm(
    browser: Open, cast: Cast, stopped: None
) -> None:
    admin = browser(cast.admin)
    for query in ("", f"?firm={cast.firm.name}"):
        page = admin.get(f"/admin/flode{query}", 200)
        assert (
            'aria-label="Ge behörighet: 1 kom, 0 gick vidare, 1 är kvar, 0 lämnade."' in page.text
        )
        assert "Ett annat företag valdes i Visma" in page.words
    other = cast.stranger.firm
    assert other
    assert "Ingen kom till guiden" in admin.get(f"/admin/flode?firm={other.name}", 200).words
    assert "Ingen byrå heter så." in admin.get("/admin/flode?firm=Ingenbyrå", 200).words


def test_a_member_sees_her_own_firms_flow_alone(browser: Open, cast: Cast, stopped: None) -> None:
    assert (
        "Ett annat företag valdes i Visma" in browser(cast.owner).get("/foretag/flode", 200).words
    )
    for query in ("", f"?firm={cast.firm.name}"):
        assert "Ingen kom" in browser(cast.stranger).get(f"/foretag/flode{query}", 200).words


def test_the_week_is_in_the_address(browser: Open, cast: Cast, stopped: None) -> None:
    this, before = week_of(now()), week_of(now()) - timedelta(weeks=1)
    page = browser(cast.admin).get(f"/admin/flode?firm={cast.firm.name}", 200)
    assert not any(week_word(this + timedelta(weeks=1)) in link for link in page.links)
    (earlier,) = [link for link in page.links if week_word(before) in link]
    page = browser(cast.admin).get(earlier, 200)
    assert "Ingen kom till guiden" in page.words
    (later,) = [link for link in page.links if f"week={week_word(this)}" in link]
    assert "Ett annat företag valdes i Visma" in browser(cast.admin).get(later, 200).words


@pytest.mark.parametrize("week", ["", "2026", "2026-W99", "nonsense-W1", "9999-W01", "0-W0"])
def test_a_week_that_cannot_be_read_is_the_present_one(
    browser: Open, cast: Cast, stopped: None, week: str
) -> None:
    page = browser(cast.admin).get(f"/admin/flode?week={week}", 200)
    assert "Ett annat företag valdes i Visma" in page.words


def test_times_are_said_where_somebody_went_on(browser: Open, cast: Cast, session: Session) -> None:
    with time_machine.travel(week_of(now()).strftime("%Y-%m-%dT08:00:00+00:00")) as clock:
        link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
        key = visits.find_key(session, link.secret)
        assert key
        for step, passed in ((Step.WELCOME, 50), (Step.PERMISSION, 5000), (Step.BOOKKEEPING, 5)):
            visits.advance(session, key, step)
            clock.shift(timedelta(seconds=passed))
        clock.shift(timedelta(days=4))
        visits.advance(session, key, Step.COMPANY)
    words = browser(cast.owner).get("/foretag/flode", 200).words
    for said in ("1 minut", "4 timmar", "mer än 3 dagar"):
        assert said in words
