"""Who is signed in is asked of at her provider: moved, kept, or put out within an hour."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.identity_provider import Issuer, running
from tests.support.single_sign_on import VAULT, provider_for
from wizard.models import AuditAction, AuditEntry, IdentityProvider, User, now
from wizard.services.accounts import lookups, sessions
from wizard.services.accounts.identity import client as identity
from wizard.services.accounts.lookups import ASKED_AFTER
from wizard.services.accounts.sessions import VOUCHED, Limits
from wizard.services.accounts.single_sign_on import sign_in

LIMITS = Limits(idle=timedelta(hours=12), whole=timedelta(hours=12))


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider where Olga signs in."""
    with running() as found:
        found.claims = {"email": "olga@example.com"}
        yield found


def begin(session: Session, issuer: Issuer, provider: IdentityProvider) -> str:
    url, attempt = identity.begin(issuer.client())
    found = identity.finish(issuer.client(), attempt, issuer.authorize(url))
    return sign_in(session, VAULT, provider, found).token


def look(session: Session, issuer: Issuer) -> int:
    return lookups.run(session, VAULT, LIMITS, lambda _provider: issuer.client())


def test_who_is_there_stays_and_is_asked_of_every_half_hour(
    session: Session, cast: Cast, issuer: Issuer
) -> None:
    token = begin(session, issuer, provider_for(session, (cast.firm, None)))
    assert look(session, issuer) == 0
    for hours in (0.6, 1.2, 1.8):
        with time_machine.travel(now() + timedelta(hours=hours)):
            assert look(session, issuer) == 1
            assert look(session, issuer) == 0
            assert sessions.find(session, token, LIMITS)


def test_who_is_gone_is_put_out(session: Session, cast: Cast, issuer: Issuer) -> None:
    token = begin(session, issuer, provider_for(session, (cast.firm, None)))
    issuer.is_gone = True
    with time_machine.travel(now() + ASKED_AFTER + timedelta(seconds=5)):
        assert look(session, issuer) == 1
        assert sessions.find(session, token, LIMITS) is None
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.SESSIONS_ENDED)
    ).one()
    assert (entry.person, entry.after) == (cast.owner.email, {"reason": "identity_provider"})


def test_the_last_word_of_a_silent_provider_holds_for_an_hour(
    session: Session, cast: Cast, issuer: Issuer
) -> None:
    token = begin(session, issuer, provider_for(session, (cast.firm, None)))
    issuer.status = 503
    with time_machine.travel(now() + VOUCHED - timedelta(seconds=5)):
        assert look(session, issuer) == 1
        assert sessions.find(session, token, LIMITS)
    with time_machine.travel(now() + VOUCHED + timedelta(seconds=5)):
        assert sessions.find(session, token, LIMITS) is None


def test_who_is_in_other_groups_has_another_place(
    session: Session, cast: Cast, issuer: Issuer
) -> None:
    provider = provider_for(session, (cast.firm, None), (cast.other_firm, "b"))
    token = begin(session, issuer, provider)
    issuer.claims["groups"] = ["b"]
    with time_machine.travel(now() + ASKED_AFTER + timedelta(seconds=5)):
        look(session, issuer)
        assert sessions.find(session, token, LIMITS) is None
    user = session.get(User, cast.owner.id)
    assert user
    assert user.firm_id == cast.other_firm.id


def test_a_provider_that_tells_nothing_more_is_not_asked(
    session: Session, cast: Cast, issuer: Issuer
) -> None:
    issuer.gives_refresh_token = False
    token = begin(session, issuer, provider_for(session, (cast.firm, None)))
    with time_machine.travel(now() + timedelta(hours=11)):
        assert look(session, issuer) == 0
        assert sessions.find(session, token, LIMITS)
