"""A code is claimed by one, exchanged, and its grant kept; what ended meanwhile is told apart."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.standin import StandIn
from tests.support.standings import marks
from tests.support.traveller import HERS, OURS, Traveller, authorizations
from wizard.causes import Cause
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Grant,
    GrantState,
    Invitation,
    StandingMark,
    now,
)
from wizard.providers.base import ProviderError
from wizard.services.authorizations import exchange
from wizard.services.authorizations.code_flow import TAKEN_UP_AFTER, fail
from wizard.services.context import ProviderContext
from wizard.services.desk.keeping import sort_marked
from wizard.services.invitations import lifecycle
from wizard.wiring.providers import provider_context


@pytest.fixture
def context(visma_app: Flask) -> ProviderContext:
    with visma_app.app_context():
        return provider_context("visma")


@pytest.fixture
def returned(approver: Traveller, visma: StandIn, database: Session) -> int:
    """An authorization whose code is stored, and no more; its marks are the worker's."""
    callback = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    approver.browser.get(callback.removeprefix(OURS), 303)
    assert marks(database) == 1
    sort_marked(database)
    return authorizations(database)[0].id


@pytest.fixture(autouse=True)
def sorted_by_the_worker(database: Session) -> Any:
    """What these steps leave to the check's last one, which does not come here."""
    yield
    sort_marked(database)


def test_a_code_is_claimed_once_and_again_when_its_claimer_is_surely_gone(
    context: ProviderContext, returned: int
) -> None:
    claimed = exchange.claim(context, returned)
    assert claimed
    assert exchange.claim(context, returned) is None
    with time_machine.travel(now() + TAKEN_UP_AFTER + timedelta(seconds=1), tick=True):
        again = exchange.claim(context, returned)
    assert again
    assert (again.code, again.company) == (claimed.code, claimed.company)
    assert again.grant_id > claimed.grant_id
    assert claimed.code not in repr(claimed)


def test_no_code_of_a_link_that_has_ended_is_claimed(
    context: ProviderContext, returned: int, database: Session
) -> None:
    with time_machine.travel(now() + timedelta(days=15), tick=True):
        assert exchange.claim(context, returned) is None
    invitation = database.scalars(select(Invitation)).one()
    lifecycle.withdraw(database, invitation, None)
    assert exchange.claim(context, returned) is None


def test_what_a_code_gives_is_stored_before_it_is_told(
    context: ProviderContext, returned: int, database: Session
) -> None:
    claimed = exchange.claim(context, returned)
    assert claimed
    subject = exchange.exchange(context, claimed)
    assert subject
    stored = database.get_one(Authorization, returned, populate_existing=True)
    assert (stored.status, stored.code, stored.code_verifier, stored.tries) == (
        AuthorizationStatus.CHECKING,
        None,
        None,
        0,
    )
    grant = database.get_one(Grant, stored.grant_id)
    opened = context.vault.open(str(grant.access_token), grant, "access_token")
    assert (grant.id, opened) == (subject.grant_id, subject.access_token)
    again = exchange.subject_of(context, returned)
    assert (again.grant_id, again.expected) == (subject.grant_id, subject.expected)
    assert database.scalar(select(func.count(StandingMark.id))) == 2  # of the claim, and of this


def test_the_grant_of_one_that_was_given_up_meanwhile_is_to_be_revoked(
    context: ProviderContext, returned: int, database: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed, ask = exchange.claim(context, returned), context.provider.exchange
    assert claimed

    def give_up_and_ask(*given: Any, **named: Any) -> Any:
        with context.sessions.begin() as session:
            fail(session, session.get_one(Authorization, returned), Cause.WITHDRAWN)
        return ask(*given, **named)

    monkeypatch.setattr(context.provider, "exchange", give_up_and_ask)
    assert exchange.exchange(context, claimed) is None
    grant = database.scalars(select(Grant)).one()
    assert grant.state is GrantState.TO_BE_REVOKED
    assert database.get_one(Authorization, returned, populate_existing=True).grant_id == grant.id


def test_tokens_that_cannot_be_renewed_are_no_grant(
    approver: Traveller, visma: StandIn, context: ProviderContext, database: Session
) -> None:
    callback = visma.approve(approver.go_straight().depart(), "Rut Utan Förnyelse", None)
    approver.browser.get(callback.removeprefix(OURS), 303)
    claimed = exchange.claim(context, authorizations(database)[0].id)
    assert claimed
    with pytest.raises(ProviderError) as told:
        exchange.exchange(context, claimed)
    assert told.value.cause is Cause.SCOPE_MISSING
    assert database.scalars(select(Grant)).all() == []
