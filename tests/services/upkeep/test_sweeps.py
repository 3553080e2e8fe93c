"""What is due is taken up though every job was lost, and once however often it is looked for."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Authorization, AuthorizationStatus, KeyPurpose, now
from wizard.services.invitations import lifecycle
from wizard.services.invitations.visits import find_key
from wizard.services.upkeep.sweeps import take_up_due_authorizations

MINUTE = timedelta(minutes=1)


def away(session: Session, cast: Cast, **facts: object) -> Authorization:
    """An authorization in this status, to be tried at this time."""
    link = lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED)
    key = find_key(session, link.secret)
    assert key
    made = Authorization(
        invitation_id=key.invitation_id,
        key_id=key.id,
        state_hash=os.urandom(32),
        browser_hash=os.urandom(32),
        **facts,
    )
    session.add(made)
    session.commit()
    return made


def jobs(session: Session) -> list[dict[str, int]]:
    """What the jobs that wait are to do."""
    told = "select args from procrastinate.procrastinate_jobs where task_name = :job order by id"
    return list(session.scalars(text(told), {"job": "finish_authorization"}))


@pytest.mark.parametrize("status", [AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING])
def test_an_unfinished_authorization_is_taken_up_by_one_job(
    session: Session, cast: Cast, status: AuthorizationStatus
) -> None:
    made = away(session, cast, status=status, next_try_at=now() - MINUTE)
    for _ in range(3):
        assert take_up_due_authorizations(session) == 1
    assert jobs(session) == [{"authorization_id": made.id}]


def test_what_is_not_due_is_over_or_is_still_away_is_left_alone(
    session: Session, cast: Cast
) -> None:
    away(session, cast, status=AuthorizationStatus.CHECKING, next_try_at=now() + MINUTE)
    away(session, cast, status=AuthorizationStatus.AWAY)
    for over in (AuthorizationStatus.FAILED, AuthorizationStatus.SUCCEEDED):
        away(session, cast, status=over, next_try_at=now() - MINUTE, ended_at=now())
    assert take_up_due_authorizations(session) == 0
    assert jobs(session) == []
