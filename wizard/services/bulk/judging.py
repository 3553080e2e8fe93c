"""Whether an act fits a company as it stands, and why not: the same for the preview and for the doing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from wizard.models import (
    BulkAct,
    BulkReason,
    ConnectionStatus,
    LetterStatus,
    Role,
    User,
    now,
)
from wizard.services.bulk.facts import Facts
from wizard.services.invitations import reminders

JUST = timedelta(hours=1)  # a second mail within it is taken for the same wish
# What is done with mails: at the mail server's calm rate.
MAILING = (BulkAct.INVITE, BulkAct.REMIND, BulkAct.MAIL_LINK, BulkAct.RENEW)
# The letters that people ask for, which the caps of a day count.
COUNTED = (BulkAct.INVITE, BulkAct.MAIL_LINK, BulkAct.RENEW)
# What each may do to one company, she may do to many.
MAY = {
    Role.MEMBER: tuple(BulkAct),
    Role.SUPPORT: (BulkAct.CHECK, BulkAct.MAIL_LINK),
    Role.ADMIN: (BulkAct.CHECK, BulkAct.MAIL_LINK, BulkAct.DISCONNECT),
}


@dataclass(frozen=True)
class Verdict:
    """``reason``: why nothing is done, or None. ``seen``: what it rests on, by ids. ``email``: who is mailed."""

    reason: BulkReason | None
    seen: str
    email: str | None = None


def may(user: User, act: BulkAct) -> bool:
    """True if this member of staff may do this to one company, and so to many."""
    return user.active and act in MAY[user.role]


def judge(act: BulkAct, facts: Facts, responsible_id: int | None = None) -> Verdict:
    """Whether the act fits; ``responsible_id`` is hers who is to be responsible."""
    return JUDGES[act](facts, responsible_id)


def _connected(facts: Facts, _to: int | None) -> Verdict:
    if facts.connection is None:
        return Verdict(BulkReason.NOT_CONNECTED, "")
    return Verdict(None, str(facts.connection.id))


def _invite(facts: Facts, _to: int | None) -> Verdict:
    reason = None
    if facts.connection:
        reason = BulkReason.CONNECTED
    elif facts.invitation:
        reason = BulkReason.INVITED
    return Verdict(reason or _unwritable(facts), "", facts.email or None)


def _renew(facts: Facts, _to: int | None) -> Verdict:
    if facts.connection is None:
        return Verdict(BulkReason.NOT_CONNECTED, "")
    reason = None
    if facts.connection.status is not ConnectionStatus.RENEWAL_NEEDED:
        reason = BulkReason.WORKS
    elif facts.invitation:
        reason = BulkReason.INVITED
    reason = reason or _unwritable(facts)
    return Verdict(reason, str(facts.connection.id), facts.email or None)


def _remind(facts: Facts, _to: int | None) -> Verdict:
    if facts.invitation is None:
        return Verdict(BulkReason.NOT_INVITED, "")
    reason = None
    if facts.company.archived_at:
        reason = BulkReason.ARCHIVED
    elif facts.invitation.reminders_paused_at:
        reason = BulkReason.PAUSED
    elif facts.reminder is None:
        reason = BulkReason.NO_REMINDER
    elif facts.letter and facts.letter.status is LetterStatus.BOUNCED:
        reason = BulkReason.BOUNCED
    elif _mailed_within(facts, reminders.APART):
        reason = BulkReason.MAILED_LATELY
    to = facts.reminder.recipient if facts.reminder else None
    return Verdict(reason, f"{facts.invitation.id}", to)


def _mail_link(facts: Facts, _to: int | None) -> Verdict:
    if facts.invitation is None:
        return Verdict(BulkReason.NOT_INVITED, "")
    letter, reason = facts.letter, None
    if facts.company.archived_at:
        reason = BulkReason.ARCHIVED
    elif letter is None or not letter.recipient:
        reason = BulkReason.NO_ADDRESS
    elif letter.status is LetterStatus.BOUNCED:
        reason = BulkReason.BOUNCED
    elif letter.status is LetterStatus.WAITING or _mailed_within(facts, JUST):
        reason = BulkReason.MAILED_LATELY
    return Verdict(reason, str(facts.invitation.id), letter.recipient if letter else None)


def _withdraw(facts: Facts, _to: int | None) -> Verdict:
    if facts.invitation is None:
        return Verdict(BulkReason.NOT_INVITED, "")
    return Verdict(None, str(facts.invitation.id))


def _responsible(facts: Facts, to: int | None) -> Verdict:
    is_so = facts.company.responsible_id == to
    seen = str(facts.company.responsible_id or "")
    return Verdict(BulkReason.RESPONSIBLE_ALREADY if is_so else None, seen)


def _unwritable(facts: Facts) -> BulkReason | None:
    """Why nobody can be written to about a company without an open invitation."""
    if facts.company.archived_at:
        return BulkReason.ARCHIVED
    return None if facts.email else BulkReason.NO_ADDRESS


def _mailed_within(facts: Facts, time: timedelta) -> bool:
    return bool(facts.mailed_at and facts.mailed_at > now() - time)


JUDGES: dict[BulkAct, Callable[[Facts, int | None], Verdict]] = {
    BulkAct.CHECK: _connected,
    BulkAct.INVITE: _invite,
    BulkAct.REMIND: _remind,
    BulkAct.MAIL_LINK: _mail_link,
    BulkAct.WITHDRAW: _withdraw,
    BulkAct.RENEW: _renew,
    BulkAct.RESPONSIBLE: _responsible,
    BulkAct.DISCONNECT: _connected,
}
