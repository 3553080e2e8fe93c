"""An authorization ends with its link: the provider is asked no more, and what it gave is revoked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.support.cast import make_user
from tests.support.grants import grants_in
from tests.support.standin import StandIn
from tests.support.traveller import HERS, Traveller, address, authorizations, connections, invite
from wizard.jobs import worker
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    GrantState,
    Invitation,
    Role,
    now,
)
from wizard.services.invitations import lifecycle

End = Callable[[Flask, StandIn, Session, Invitation], None]


def _withdraw(_app: Flask, _visma: StandIn, session: Session, invitation: Invitation) -> None:
    lifecycle.withdraw(session, invitation, None)


def _decline(_app: Flask, _visma: StandIn, session: Session, invitation: Invitation) -> None:
    lifecycle.decline(session, invitation, "")


def _expire(_app: Flask, _visma: StandIn, session: Session, invitation: Invitation) -> None:
    invitation.expires_at = now() - timedelta(seconds=1)
    session.commit()
    assert lifecycle.mark_expired(session) == 1


def _replace(_app: Flask, _visma: StandIn, session: Session, invitation: Invitation) -> None:
    moa = make_user("Moa Ek", Role.MEMBER, invitation.company.firm)
    session.add(moa)
    lifecycle.new_link(session, invitation, moa)


def _connect(app: Flask, visma: StandIn, _session: Session, _invitation: Invitation) -> None:
    another = Traveller.with_link(app, visma, address(invite(app)))
    assert "Klart" in another.go_straight().approve("Klara Konsult").heading


ENDS: dict[str, End] = {
    "withdrawn": _withdraw,
    "declined": _decline,
    "expired": _expire,
    "replaced": _replace,
    "already_connected": _connect,
}


def waiting(approver: Traveller, visma: StandIn, endpoint: str) -> None:
    """An authorization that waits, since the provider fails at this endpoint."""
    callback = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    visma.fail(endpoint, "status", 503)
    assert "svarar inte" in approver.come_back(callback).heading
    visma.heal()
    visma.clear_counters()


def asked(visma: StandIn) -> set[str]:
    """What the provider has been asked since the counters were cleared."""
    return {name for name in visma.counters() if name.startswith(("api:", "token:"))}


@pytest.mark.parametrize("endpoint", ["token", "companysettings"])
@pytest.mark.parametrize("end", ENDS)
def test_what_waits_ends_with_its_link(
    approver: Traveller,
    visma_app: Flask,
    visma: StandIn,
    database: Session,
    end: str,
    endpoint: str,
) -> None:
    waiting(approver, visma, endpoint)
    ENDS[end](visma_app, visma, database, authorizations(database)[0].invitation)
    visma.clear_counters()
    worker.work(visma_app, wait=False)
    authorization = authorizations(database)[0]
    assert authorization.status is AuthorizationStatus.FAILED
    assert authorization.cause == ("withdrawn" if end == "declined" else end)
    assert authorization.code is None
    if connections(database):  # it is read again when a grant of the same person has been revoked
        assert "token:authorization_code" not in asked(visma)
    else:
        assert asked(visma) == set()
    assert grants_in(database, GrantState.WAITING, GrantState.TO_BE_REVOKED) == []
    assert len(visma.grants()) == len(connections(database)) == (end == "already_connected")


def test_what_no_job_remembers_ends_too_and_without_a_question(
    approver: Traveller, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    waiting(approver, visma, "companysettings")
    lifecycle.withdraw(database, authorizations(database)[0].invitation, None)
    database.execute(text("delete from procrastinate.procrastinate_jobs"))
    database.execute(update(Authorization).values(next_try_at=now()))
    database.commit()
    assert approver.follow(approver.get("kontroll")).status == 410
    assert authorizations(database)[0].cause == "withdrawn"
    assert asked(visma) == set()
    assert visma.grants() == []


@pytest.mark.parametrize("call", ["exchange", "company", "vouchers"])
def test_a_link_that_ends_during_the_check_connects_nothing(
    approver: Traveller,
    visma_app: Flask,
    visma: StandIn,
    database: Session,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    provider = visma_app.extensions["providers"]["visma"]
    ask = getattr(provider, call)

    def withdraw_and_ask(*given: Any, **named: Any) -> Any:
        with visma_app.extensions["sessions"]() as session:
            lifecycle.withdraw(session, session.scalars(select(Invitation)).one(), None)
        return ask(*given, **named)

    callback = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    monkeypatch.setattr(provider, call, withdraw_and_ask)
    assert approver.come_back(callback).status == 410
    worker.work(visma_app, wait=False)
    assert authorizations(database)[0].cause == "withdrawn"
    assert connections(database) == []
    assert visma.grants() == []
