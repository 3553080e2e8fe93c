"""Whose move it is, and since when: one pure function from what is stored, without a database.

A living connection decides; where it has to be renewed, or there is none, the newest invitation does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.causes import ALERTING, RETRIED
from wizard.models import (
    LIVING,
    UNFINISHED,
    UNREADABLE,
    AuthorizationStatus,
    ConnectionStatus,
    InvitationStatus,
    MoveReason,
    Step,
    Whose,
)

CHECK_LATE = timedelta(hours=6)  # as the trigger mark_changed_connection says
LETTER_LATE = timedelta(minutes=30)
ATTEMPT_LATE = timedelta(minutes=15)
PLANNED_AHEAD = timedelta(minutes=5)  # a letter due sooner is as good as on its way
STUCK_AFTER = timedelta(days=3)
LATE_AGAIN = timedelta(minutes=15)  # what is late is looked at again


@dataclass(frozen=True)
class ConnectionFacts:
    """The company's connection, if it has not ended."""

    status: ConnectionStatus
    cause: str | None
    since: datetime
    next_check_at: datetime | None
    away_since: datetime | None = None  # its provider answers nobody


@dataclass(frozen=True)
class AttemptFacts:
    """The attempt that decides: one that is under way, else the newest that ended."""

    status: AuthorizationStatus
    cause: str | None
    at: datetime
    next_try_at: datetime | None


@dataclass(frozen=True)
class InvitationFacts:
    """The newest invitation, with the last moment of each thing that counts."""

    status: InvitationStatus
    had_connection: bool
    created_at: datetime
    expires_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    renews: bool = False
    step: Step | None = None
    attempt: AttemptFacts | None = None
    letter_due_at: datetime | None = None  # of a letter with a link that was to be sent, and waits
    given_at: datetime | None = None  # the firm or the platform gave her a link
    moved_at: datetime | None = None  # she did something
    bounced_at: datetime | None = None
    link_asked_at: datetime | None = None
    number_questioned_at: datetime | None = None
    cause_told_at: datetime | None = None
    told_cause: str | None = None

    def status_at(self, at: datetime) -> InvitationStatus:
        """The status at a moment: a living invitation past its time is expired, swept or not."""
        over = self.status in LIVING and at >= self.expires_at
        return InvitationStatus.EXPIRED if over else self.status

    def is_living(self, at: datetime) -> bool:
        """Whether its links lead anywhere."""
        return self.status_at(at) in LIVING


@dataclass(frozen=True)
class Facts:
    """What is stored of a company that decides whose move it is, at a moment."""

    at: datetime
    added_at: datetime
    archived_at: datetime | None = None
    connection: ConnectionFacts | None = None
    invitation: InvitationFacts | None = None
    connection_ended_at: datetime | None = None  # of the newest one that ended


@dataclass(frozen=True)
class Move:
    """Whose move it is, why and since when; where she stands; when time alone may change it."""

    reason: MoveReason
    since: datetime
    step: Step | None = None
    last_cause: str | None = None
    recheck_at: datetime | None = None

    @property
    def whose(self) -> Whose:
        """The party whose move it is."""
        return self.reason.whose


def whose_move(facts: Facts) -> Move:
    """Whose move it is. Never fails: every company is somebody's, or nobody's."""
    if facts.archived_at:
        return Move(MoveReason.ARCHIVED, facts.archived_at)
    if facts.connection:
        return _of_connection(facts, facts.connection)
    if facts.invitation is None:
        return Move(MoveReason.NOT_INVITED, facts.added_at)
    return _of_invitation(facts, facts.invitation)


def _of_connection(facts: Facts, connection: ConnectionFacts) -> Move:
    if connection.status in UNREADABLE:
        reason = MoveReason.OUR_FAULT if _is_ours(connection.cause) else MoveReason.OUTAGE
        return Move(reason, connection.since, last_cause=connection.cause)
    if connection.status is ConnectionStatus.RENEWAL_NEEDED:
        return _of_renewal(facts, connection)
    late_at = connection.next_check_at and connection.next_check_at + CHECK_LATE
    if late_at is None or late_at > facts.at:
        return Move(MoveReason.CONNECTED, connection.since)
    reason = MoveReason.OUTAGE if connection.away_since else MoveReason.LATE
    return Move(reason, connection.away_since or late_at, recheck_at=facts.at + LATE_AGAIN)


def _of_renewal(facts: Facts, connection: ConnectionFacts) -> Move:
    """She is asked to renew, or somebody is to ask her; an earlier invitation says nothing of it."""
    to_renew = Move(MoveReason.TO_BE_RENEWED, connection.since, last_cause=connection.cause)
    invitation = facts.invitation
    if invitation is None or not invitation.renews:
        return to_renew
    if invitation.is_living(facts.at):
        return _of_living(facts, invitation, connection.cause)
    asked_at = _asked_again_at(invitation)
    if asked_at and asked_at >= connection.since:
        return Move(MoveReason.NEW_LINK_ASKED, asked_at, invitation.step, connection.cause)
    declined = invitation.status is InvitationStatus.DECLINED
    if declined and invitation.ended_at and invitation.ended_at >= connection.since:
        return Move(MoveReason.DECLINED, invitation.ended_at, invitation.step, connection.cause)
    return to_renew


def _of_invitation(facts: Facts, invitation: InvitationFacts) -> Move:
    """Of a company that has no connection: whoever ended the invitation decides."""
    if invitation.is_living(facts.at):
        return _of_living(facts, invitation)
    ended_at = invitation.ended_at or invitation.expires_at
    if asked_at := _asked_again_at(invitation):
        reason, since = MoveReason.NEW_LINK_ASKED, asked_at
    elif invitation.had_connection:
        return Move(MoveReason.ENDED, facts.connection_ended_at or ended_at)
    elif invitation.status is InvitationStatus.DECLINED:
        reason, since = MoveReason.DECLINED, ended_at
    elif invitation.status is InvitationStatus.WITHDRAWN:
        return Move(MoveReason.NOT_INVITED, ended_at)
    else:
        reason, since = MoveReason.EXPIRED, invitation.expires_at
    return Move(reason, since, invitation.step, _cause_of(invitation))


def _of_living(facts: Facts, invitation: InvitationFacts, cause: str | None = None) -> Move:
    """The first that holds of: ours, the provider's, the firm's, hers."""
    reason, since = (
        _waiting_for_us(facts, invitation)
        or _waiting_for_firm(invitation)
        or _waiting_for_approver(facts, invitation)
    )
    return Move(
        reason,
        since,
        invitation.step,
        _cause_of(invitation) or cause,
        _recheck_at(facts, invitation, reason),
    )


def _waiting_for_us(
    facts: Facts, invitation: InvitationFacts
) -> tuple[MoveReason, datetime] | None:
    attempt, due_at = invitation.attempt, invitation.letter_due_at
    if attempt and _is_ours(attempt.cause):
        return MoveReason.OUR_FAULT, attempt.at
    if attempt and attempt.status in UNFINISHED:
        if attempt.cause in RETRIED:
            return MoveReason.OUTAGE, attempt.at
        if attempt.next_try_at and attempt.next_try_at + ATTEMPT_LATE <= facts.at:
            return MoveReason.LATE, attempt.next_try_at
    if due_at and due_at + LETTER_LATE <= facts.at:
        return MoveReason.LATE, due_at
    if due_at and due_at > facts.at + PLANNED_AHEAD and not invitation.given_at:
        return MoveReason.PLANNED, invitation.created_at
    return None


def _waiting_for_firm(invitation: InvitationFacts) -> tuple[MoveReason, datetime] | None:
    """What she asked for, or could not get, since she was last given a link."""
    told = invitation.told_cause is not None and invitation.told_cause == _cause_of(invitation)
    asked = (
        (MoveReason.NEW_LINK_ASKED, invitation.link_asked_at),
        (MoveReason.NUMBER_QUESTIONED, invitation.number_questioned_at),
        (MoveReason.CAUSE_TOLD, invitation.cause_told_at if told else None),
        (
            MoveReason.BOUNCED,
            invitation.bounced_at
            if _is_after(invitation.bounced_at, invitation.moved_at)
            else None,
        ),
    )
    for reason, at in asked:
        if at and _is_after(at, invitation.given_at):
            return reason, at
    return None


def _waiting_for_approver(facts: Facts, invitation: InvitationFacts) -> tuple[MoveReason, datetime]:
    if invitation.started_at is None:
        return MoveReason.WAITING, invitation.given_at or invitation.created_at
    moved_at = invitation.moved_at or invitation.started_at
    if facts.at >= moved_at + STUCK_AFTER:
        return MoveReason.STUCK, moved_at
    attempt = invitation.attempt
    if attempt and attempt.status is AuthorizationStatus.FAILED:
        return MoveReason.STOPPED, attempt.at
    return MoveReason.BEGUN, moved_at


def _recheck_at(facts: Facts, invitation: InvitationFacts, reason: MoveReason) -> datetime:
    """The next moment at which the same facts would say something else; of what is late, soon."""
    moments = [invitation.expires_at]
    if reason is MoveReason.LATE:
        moments.append(facts.at + LATE_AGAIN)
    if invitation.letter_due_at:
        due_at = invitation.letter_due_at
        moments += [due_at - PLANNED_AHEAD, due_at + LETTER_LATE]
    if invitation.attempt and invitation.attempt.next_try_at:
        moments.append(invitation.attempt.next_try_at + ATTEMPT_LATE)
    if invitation.started_at:
        moments.append((invitation.moved_at or invitation.started_at) + STUCK_AFTER)
    return min(moment for moment in moments if moment > facts.at)


def _cause_of(invitation: InvitationFacts) -> str | None:
    return invitation.attempt.cause if invitation.attempt else None


def _asked_again_at(invitation: InvitationFacts) -> datetime | None:
    """When a new link to an invitation that has ended was asked for, and none was given since.

    What was asked before somebody ended it was answered by the end.
    """
    asked_at = invitation.link_asked_at
    if not _is_after(asked_at, invitation.given_at):
        return None
    if invitation.status not in {*LIVING, InvitationStatus.EXPIRED}:
        return asked_at if not _is_after(invitation.ended_at, asked_at) else None
    return asked_at


def _is_after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _is_ours(cause: str | None) -> bool:
    return cause in ALERTING
