"""The single table of letters: what is true of each kind; wording is in templates, by its name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from wizard.models import LIVING, InvitationStatus, KeyPurpose, Letter, LetterKind, now
from wizard.services.accounts import account_links
from wizard.services.api import api_keys
from wizard.services.connections import consent_ends, yearly_review
from wizard.services.consents import disconnect_codes, own_consents, receipts
from wizard.services.invitations import reminders
from wizard.services.invitations.lifecycle import key_for_letter, promised_key
from wizard.services.letters import account_contents, contents, daily_summary, staff_contents
from wizard.services.letters.draft import Draft
from wizard.services.warnings import firm_warnings, outages
from wizard.services.warnings.incidents import told_in
from wizard.services.webhooks import receivers


def _mailed_link(session: Session, letter: Letter) -> str:
    return key_for_letter(session, letter, KeyPurpose.MAILED)


def _handed_over_link(session: Session, letter: Letter) -> str:
    return key_for_letter(session, letter, KeyPurpose.HANDED_OVER)


def _always(_session: Session, _letter: Letter) -> bool:
    return True


def _invitation_lives(_session: Session, letter: Letter) -> bool:
    return letter.its_invitation.status_at(now()) in LIVING


def _promised_link_works(session: Session, letter: Letter) -> bool:
    key = promised_key(session, letter)
    return _invitation_lives(session, letter) and not (key and key.ended_at)


def _has_to_be_reminded(session: Session, letter: Letter) -> bool:
    lives = _invitation_lives(session, letter)
    return lives and reminders.is_wanted(session, letter, letter.its_invitation)


def _code_is_waited_for(_session: Session, letter: Letter) -> bool:
    return not disconnect_codes.is_late(letter)


def _is_under_way(_session: Session, letter: Letter) -> bool:
    return letter.its_invitation.status_at(now()) is InvitationStatus.STARTED


def _something_is_broken(session: Session, letter: Letter) -> bool:
    return bool(told_in(session, letter, still=True, most=1))


def _outage_is_on(session: Session, letter: Letter) -> bool:
    return outages.is_on(session, letter.topic)


def _key_works(session: Session, letter: Letter) -> bool:
    return api_keys.works(session, letter.topic or "")


def _receiver_is_paused(session: Session, letter: Letter) -> bool:
    return receivers.is_paused(session, letter.topic or "")


def _nothing(_draft: Draft) -> dict[str, Any]:
    return {}


def _note_nothing(_session: Session, _letter: Letter) -> None:
    """That it was sent stands on the letter and in the history."""


def _mark_invitation_sent(_session: Session, letter: Letter) -> None:
    invitation = letter.its_invitation
    if invitation.status is InvitationStatus.CREATED:
        invitation.status = InvitationStatus.SENT


def _nobody(_letter: Letter) -> tuple[str | None, ...]:
    return ()


def _firm(letter: Letter) -> tuple[str | None, ...]:
    return (letter.firm.name if letter.firm else None,)


def _sender_and_firm(letter: Letter) -> tuple[str | None, ...]:
    sender = letter.made_by or letter.its_invitation.created_by
    return (sender.name if sender else None, *_firm(letter))


def _sender_unless_handed_over(letter: Letter) -> tuple[str | None, ...]:
    """A name that somebody has signed with stands in the text; it does not become a sender of ours."""
    return _nobody(letter) if letter.signed else _sender_and_firm(letter)


@dataclass(frozen=True)
class Together:
    """Kinds whose letters to one contact go as one mail.

    ``words`` is the name of its templates; ``ahead`` is how long before its own time a letter may go along.
    """

    words: str
    ahead: timedelta = field(default=timedelta())


@dataclass(frozen=True)
class LetterFacts:
    """What is true of a kind of letter whatever the language.

    ``key`` makes the secret that the letter holds, when it is about to be sent; ``is_true`` says
    whether it is still to go then; ``contents`` is what its templates are told beyond what all
    are; ``sent_by`` are the names before the service's own in From; ``when_sent`` notes that it
    went; ``ends_reminders`` says that when it bounces there is nobody left to remind; ``warns``
    that it tells of connections that no longer work; ``together`` with which others it goes as one mail.
    """

    key: Callable[[Session, Letter], str] | None = None
    is_true: Callable[[Session, Letter], bool] = _always
    contents: Callable[[Draft], dict[str, Any]] = _nothing
    sent_by: Callable[[Letter], tuple[str | None, ...]] = _nobody
    when_sent: Callable[[Session, Letter], None] = _note_nothing
    ends_reminders: bool = False
    warns: bool = False
    together: Together | None = None


_INVITES = LetterFacts(
    key=_mailed_link,
    is_true=_invitation_lives,
    contents=contents.link,
    sent_by=_sender_and_firm,
    when_sent=_mark_invitation_sent,
    ends_reminders=True,
)
_REMINDS = replace(
    _INVITES,
    is_true=_has_to_be_reminded,
    together=Together("reminders", ahead=reminders.AFTER[0]),  # one for all that is soon due
)
_OPENS_ACCOUNT = LetterFacts(
    key=account_links.make_for_letter,
    is_true=account_links.is_wanted,
    contents=account_contents.link,
)
_WARNS = LetterFacts(
    is_true=_something_is_broken,
    contents=staff_contents.warning,
    when_sent=firm_warnings.note_sent,
    warns=True,
)

LETTERS: dict[LetterKind, LetterFacts] = {
    LetterKind.INVITATION: replace(_INVITES, together=Together("invitations")),
    LetterKind.HAND_OVER: replace(
        _INVITES, key=_handed_over_link, sent_by=_nobody, ends_reminders=False
    ),
    LetterKind.REMINDER: _REMINDS,
    LetterKind.LAST_REMINDER: _REMINDS,
    LetterKind.LINK_AGAIN: replace(_INVITES, sent_by=_sender_unless_handed_over),
    LetterKind.APPROVE_AGAIN: replace(
        _INVITES,
        is_true=_promised_link_works,
        contents=contents.approve_again,
        sent_by=_sender_unless_handed_over,
        ends_reminders=False,
    ),
    LetterKind.NO_NEED: LetterFacts(contents=contents.no_need, sent_by=_sender_and_firm),
    LetterKind.RECEIPT: LetterFacts(
        key=receipts.make_key, contents=contents.receipt, sent_by=_firm, ends_reminders=True
    ),
    LetterKind.DONE: LetterFacts(),
    LetterKind.DECLINED: LetterFacts(),
    LetterKind.NUMBER_QUESTIONED: LetterFacts(),
    LetterKind.CAUSE_TOLD: LetterFacts(is_true=_is_under_way, contents=contents.cause_told),
    LetterKind.NEW_LINK_ASKED: LetterFacts(),
    LetterKind.CONSENT_ENDS: LetterFacts(
        is_true=consent_ends.is_near, contents=contents.consent_ends
    ),
    LetterKind.INSIGHT_ASKED: LetterFacts(contents=contents.insight_asked),
    LetterKind.STUCK: LetterFacts(is_true=_is_under_way, contents=contents.standstill),
    LetterKind.BOUNCED: LetterFacts(contents=contents.bounced),
    LetterKind.CONSENTS_LINK: LetterFacts(
        key=own_consents.make_key,
        is_true=own_consents.is_wanted,
        contents=contents.consents_link,
    ),
    LetterKind.DISCONNECT_CODE: LetterFacts(
        key=disconnect_codes.make_code,
        is_true=_code_is_waited_for,
        contents=contents.disconnect_code,
        sent_by=_sender_and_firm,
        ends_reminders=True,
    ),
    LetterKind.DISCONNECTED: LetterFacts(contents=contents.ending),
    LetterKind.END_RECEIPT: LetterFacts(
        contents=contents.ending, sent_by=_sender_and_firm, ends_reminders=True
    ),
    LetterKind.WARNING: _WARNS,
    LetterKind.WARNING_DEPUTY: _WARNS,
    LetterKind.CONTACT_CHANGED: LetterFacts(contents=staff_contents.contact_changed),
    LetterKind.KEY_CREATED: LetterFacts(contents=staff_contents.api_key),
    LetterKind.KEY_ENDS: LetterFacts(is_true=_key_works, contents=staff_contents.api_key),
    LetterKind.REVIEW_DUE: LetterFacts(
        is_true=yearly_review.is_due, contents=staff_contents.review_due
    ),
    LetterKind.OUTAGE: LetterFacts(is_true=_outage_is_on, contents=staff_contents.outage),
    LetterKind.OUTAGE_OVER: LetterFacts(contents=staff_contents.outage_over),
    LetterKind.REFUSED_AT_ONCE: LetterFacts(
        is_true=_outage_is_on, contents=staff_contents.refused_at_once
    ),
    LetterKind.NEEDS_US: LetterFacts(contents=staff_contents.needs_us),
    LetterKind.WEBHOOK_PAUSED: LetterFacts(
        is_true=_receiver_is_paused, contents=staff_contents.webhook_paused
    ),
    LetterKind.WORKER_SILENT: LetterFacts(contents=staff_contents.worker),
    LetterKind.WORKER_BACK: LetterFacts(contents=staff_contents.worker),
    LetterKind.ACCOUNT_INVITE: _OPENS_ACCOUNT,
    LetterKind.PASSWORD_RESET: _OPENS_ACCOUNT,
    LetterKind.PASSWORD_CHANGED: LetterFacts(contents=account_contents.account),
    LetterKind.FACTOR_CHANGED: LetterFacts(contents=account_contents.factor),
    LetterKind.DAILY_SUMMARY: LetterFacts(
        is_true=daily_summary.is_wanted, contents=daily_summary.contents
    ),
}


def facts_of(draft: Draft) -> dict[str, Any]:
    """Everything that the templates of this letter ask for."""
    letter = draft.letter
    base = contents.invitation_facts if letter.invitation else staff_contents.staff_facts
    facts = base(draft) | LETTERS[letter.kind].contents(draft)
    return facts | contents.of_many(draft) if draft.companions else facts


def words_of(draft: Draft) -> str:
    """The name of this letter's templates: its kind's, or those for several in one mail."""
    together = LETTERS[draft.letter.kind].together
    return together.words if together and draft.companions else draft.letter.kind.value
