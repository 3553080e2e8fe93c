"""Whose move it is, from facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.models import (
    AuthorizationStatus,
    ConnectionStatus,
    InvitationStatus,
    MoveReason,
    Step,
    Whose,
)
from wizard.services.desk.move import (
    AttemptFacts,
    ConnectionFacts,
    Facts,
    InvitationFacts,
    whose_move,
)

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def invited(**changes: object) -> Facts:
    """A company that was mailed a link two days ago."""
    facts: dict[str, object] = {
        "status": InvitationStatus.SENT,
        "had_connection": False,
        "created_at": ago(days=2),
        "given_at": ago(days=2),
        "expires_at": NOW + timedelta(days=12),
        **changes,
    }
    return Facts(NOW, ago(days=9), invitation=InvitationFacts(**facts))  # type: ignore[arg-type]


def begun(**changes: object) -> Facts:
    """The same, whose approver pressed a button an hour ago."""
    started: dict[str, object] = {
        "status": InvitationStatus.STARTED,
        "started_at": ago(hours=5),
        "moved_at": ago(hours=1),
        "step": Step.COMPANY,
    }
    return invited(**{**started, **changes})


def connected(status: ConnectionStatus, cause: str | None = None, **changes: object) -> Facts:
    facts: dict[str, object] = {"next_check_at": NOW + timedelta(minutes=9), **changes}
    connection = ConnectionFacts(status, cause, ago(days=3), **facts)  # type: ignore[arg-type]
    return Facts(NOW, ago(days=9), connection=connection)


def attempt(status: AuthorizationStatus, cause: str | None = None) -> AttemptFacts:
    return AttemptFacts(status, cause, ago(hours=2), NOW + timedelta(minutes=1))


BROKEN = connected(ConnectionStatus.RENEWAL_NEEDED, "consent_ended")
RENEWING = replace(
    BROKEN,
    invitation=replace(begun().invitation, renews=True, had_connection=True),  # type: ignore[type-var]
)
CASES = {
    "never invited": (Facts(NOW, ago(days=9)), MoveReason.NOT_INVITED, ago(days=9)),
    "archived": (replace(invited(), archived_at=ago(days=1)), MoveReason.ARCHIVED, ago(days=1)),
    "mailed": (invited(), MoveReason.WAITING, ago(days=2)),
    "bounced": (invited(bounced_at=ago(days=1)), MoveReason.BOUNCED, ago(days=1)),
    "bounced, and given another": (
        invited(bounced_at=ago(days=2), given_at=ago(days=1)),
        MoveReason.WAITING,
        ago(days=1),
    ),
    "bounced, yet she came": (begun(bounced_at=ago(days=1)), MoveReason.BEGUN, ago(hours=1)),
    "not sent for an hour": (
        invited(given_at=None, letter_due_at=ago(hours=1)),
        MoveReason.LATE,
        ago(hours=1),
    ),
    "to be sent tomorrow": (
        invited(given_at=None, letter_due_at=NOW + timedelta(days=1)),
        MoveReason.PLANNED,
        ago(days=2),
    ),
    "begun": (begun(), MoveReason.BEGUN, ago(hours=1)),
    "stuck": (
        begun(started_at=ago(days=5), moved_at=ago(days=4)),
        MoveReason.STUCK,
        ago(days=4),
    ),
    "stopped": (
        begun(attempt=attempt(AuthorizationStatus.FAILED, "wrong_company")),
        MoveReason.STOPPED,
        ago(hours=2),
    ),
    "stopped by us": (
        begun(attempt=attempt(AuthorizationStatus.FAILED, "our_configuration")),
        MoveReason.OUR_FAULT,
        ago(hours=2),
    ),
    "waits for the provider": (
        begun(attempt=attempt(AuthorizationStatus.CHECKING, "visma_unavailable")),
        MoveReason.OUTAGE,
        ago(hours=2),
    ),
    "its check is late": (
        begun(attempt=replace(attempt(AuthorizationStatus.RETURNED), next_try_at=ago(hours=1))),
        MoveReason.LATE,
        ago(hours=1),
    ),
    "asked for a link": (
        begun(link_asked_at=ago(hours=3)),
        MoveReason.NEW_LINK_ASKED,
        ago(hours=3),
    ),
    "asked, and was given one": (
        begun(link_asked_at=ago(hours=3), given_at=ago(hours=2)),
        MoveReason.BEGUN,
        ago(hours=1),
    ),
    "questioned the number": (
        begun(number_questioned_at=ago(hours=3)),
        MoveReason.NUMBER_QUESTIONED,
        ago(hours=3),
    ),
    "told of the cause": (
        begun(
            cause_told_at=ago(hours=1),
            told_cause="no_bookkeeping",
            attempt=attempt(AuthorizationStatus.FAILED, "no_bookkeeping"),
        ),
        MoveReason.CAUSE_TOLD,
        ago(hours=1),
    ),
    "told of another cause": (
        begun(
            cause_told_at=ago(hours=1),
            told_cause="number_missing",
            attempt=attempt(AuthorizationStatus.FAILED, "no_bookkeeping"),
        ),
        MoveReason.STOPPED,
        ago(hours=2),
    ),
    "expired, not swept": (invited(expires_at=ago(hours=1)), MoveReason.EXPIRED, ago(hours=1)),
    "expired, and asked for again": (
        invited(status=InvitationStatus.EXPIRED, ended_at=ago(days=1), link_asked_at=ago(hours=1)),
        MoveReason.NEW_LINK_ASKED,
        ago(hours=1),
    ),
    "declined": (
        begun(status=InvitationStatus.DECLINED, ended_at=ago(days=1)),
        MoveReason.DECLINED,
        ago(days=1),
    ),
    "withdrawn": (
        begun(status=InvitationStatus.WITHDRAWN, ended_at=ago(days=1)),
        MoveReason.NOT_INVITED,
        ago(days=1),
    ),
    "withdrawn after a question": (
        begun(status=InvitationStatus.WITHDRAWN, ended_at=ago(days=1), link_asked_at=ago(days=1.5)),
        MoveReason.NOT_INVITED,
        ago(days=1),
    ),
    "disconnected": (
        replace(
            begun(status=InvitationStatus.CONNECTED, had_connection=True, ended_at=ago(days=8)),
            connection_ended_at=ago(days=1),
        ),
        MoveReason.ENDED,
        ago(days=1),
    ),
    "connected": (connected(ConnectionStatus.ACTIVE), MoveReason.CONNECTED, ago(days=3)),
    "not read for long": (
        connected(ConnectionStatus.ACTIVE, next_check_at=ago(hours=7)),
        MoveReason.LATE,
        ago(hours=1),
    ),
    "not read since nobody answers": (
        connected(ConnectionStatus.ACTIVE, next_check_at=ago(hours=7), away_since=ago(hours=8)),
        MoveReason.OUTAGE,
        ago(hours=8),
    ),
    "an outage": (
        connected(ConnectionStatus.DISTURBED, "visma_unavailable"),
        MoveReason.OUTAGE,
        ago(days=3),
    ),
    "our fault": (
        connected(ConnectionStatus.DISTURBED, "our_configuration"),
        MoveReason.OUR_FAULT,
        ago(days=3),
    ),
    "to be renewed": (BROKEN, MoveReason.TO_BE_RENEWED, ago(days=3)),
    "being renewed": (RENEWING, MoveReason.BEGUN, ago(hours=1)),
    "to be renewed, connected by an old invitation": (
        replace(BROKEN, invitation=begun().invitation),
        MoveReason.TO_BE_RENEWED,
        ago(days=3),
    ),
}


@pytest.mark.parametrize(("facts", "reason", "since"), CASES.values(), ids=CASES)
def test_whose_move_it_is(facts: Facts, reason: MoveReason, since: datetime) -> None:
    move = whose_move(facts)
    assert (move.reason, move.since) == (reason, since)


def test_every_reason_but_that_of_the_migration_is_met() -> None:
    assert {case[1] for case in CASES.values()} == {*MoveReason} - {MoveReason.UNSORTED}


def test_who_waits_is_told_with_step_and_cause() -> None:
    facts, *_ = CASES["stopped"]
    move = whose_move(facts)
    assert (move.whose, move.step, move.last_cause) == (
        Whose.APPROVER,
        Step.COMPANY,
        "wrong_company",
    )


MOMENTS = st.none() | st.timedeltas(timedelta(days=-20), timedelta(days=20)).map(NOW.__add__)
INVITATIONS = st.builds(
    InvitationFacts,
    created_at=st.just(ago(days=10)),
    expires_at=MOMENTS.filter(bool),
    **dict.fromkeys(
        (
            "started_at",
            "ended_at",
            "letter_due_at",
            "given_at",
            "moved_at",
            "bounced_at",
            "link_asked_at",
            "number_questioned_at",
            "cause_told_at",
        ),
        MOMENTS,
    ),
    attempt=st.none()
    | st.builds(
        AttemptFacts,
        at=st.just(ago(days=1)),
        next_try_at=MOMENTS,
        cause=st.none()
        | st.sampled_from(["wrong_company", "our_configuration", "visma_unavailable"]),
    ),
    told_cause=st.none(),
)


@given(INVITATIONS)
def test_nothing_changes_by_time_before_it_is_looked_at_again(invitation: InvitationFacts) -> None:
    """Each of the moments at which time alone changes the answer is foreseen by the one before it."""
    facts = Facts(NOW, ago(days=9), invitation=invitation)
    move = whose_move(facts)
    until = move.recheck_at or NOW + timedelta(days=60)
    assert until > NOW
    for share in (0.1, 0.5, 0.99):
        before = min(NOW + (until - NOW) * share, until - timedelta(microseconds=1))
        later = whose_move(replace(facts, at=before))
        assert (later.reason, later.since) == (move.reason, move.since)
