"""Sentences for the history: one for each kind of event, with the person who did it."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from flask_babel import format_date, get_locale, gettext

from wizard.causes import ALERTING, Cause
from wizard.models import Actor, Event, EventKind, KeyPurpose, LetterKind, Role, Step
from wizard.services.connections.endings import LAST_DAY
from wizard.services.grants import revocation
from wizard.web.forms.base import lazy

TEXTS = {
    EventKind.INVITATION_CREATED: lazy("The invitation was created"),
    EventKind.LINKS_REPLACED: lazy("The earlier links stopped working"),
    EventKind.INVITATION_STARTED: lazy("The guide was started"),
    EventKind.HANDED_OVER: lazy("The guide was handed over to a colleague"),
    EventKind.WENT_TO_PROVIDER: lazy("The approver went to log in and approve"),
    EventKind.NEWS_ASKED: lazy("The approver wants a mail when it works"),
    EventKind.NO_CHOICE_REPORTED: lazy("The approver was not allowed to choose a company"),
    EventKind.NUMBER_QUESTIONED: lazy(
        "The approver says that the organisation number may be wrong"
    ),
    EventKind.NEW_LINK_ASKED: lazy("The approver asked for a new link"),
    EventKind.INVITATION_DECLINED: lazy("The approver declined"),
    EventKind.INVITATION_WITHDRAWN: lazy("The invitation was withdrawn"),
    EventKind.INVITATION_EXPIRED: lazy("The invitation expired"),
    EventKind.GRANT_REVOKED: lazy("The permission was handed back"),
    EventKind.GRANT_NOT_REVOKED: lazy("The permission could not be handed back"),
    EventKind.GRANT_FORGOTTEN: lazy("The permission was deleted with us, and is not used"),
    EventKind.CONNECTED: lazy("The company was connected"),
    EventKind.LINK_AGAIN_ASKED: lazy("The approver asked to have the link mailed again"),
    EventKind.REMINDERS_PAUSED: lazy("The reminders were paused"),
    EventKind.REMINDERS_RESUMED: lazy("The reminders were resumed"),
    EventKind.INVITATION_STUCK: lazy("Nothing has happened for three days"),
    EventKind.DISTURBED: lazy("The accounting program stopped answering"),
    EventKind.RESTORED: lazy("The connection could be read again"),
    EventKind.RENEWAL_NEEDED: lazy("The connection needs to be renewed"),
    EventKind.RENEWED: lazy("The connection was renewed"),
    EventKind.DISCONNECTED: lazy("The connection was ended"),
    EventKind.CHECKED_BY_HAND: lazy("The connection was checked now"),
    EventKind.WARNED: lazy("A warning was mailed"),
    EventKind.MEMBER_HANDED_IN: lazy("A member was signed in from the platform"),
    EventKind.SEEN_AS: lazy("Support looked at the approver’s page"),
    EventKind.CONSENT_END_SET: lazy("The last day was taken away"),
    EventKind.INSIGHT_ASKED: lazy("The approver asks to know more of what has been read"),
}
WAITS = (EventKind.WAIT_BEGAN, EventKind.WAIT_OVER)
# For a grant that another person's grant has replaced.
EARLIER = {
    EventKind.GRANT_REVOKED: lazy("The earlier permission was handed back"),
    EventKind.GRANT_NOT_REVOKED: lazy("The earlier permission could not be handed back"),
}
LINKS = {
    KeyPurpose.COPIED: lazy("A link was made to copy"),
    KeyPurpose.HANDED_OVER: lazy("A link was made for a colleague"),
    KeyPurpose.MAILED: lazy("A link was made for a mail"),
    KeyPurpose.COMMAND: lazy("A link was made by a command"),
    KeyPurpose.PLATFORM: lazy("A link was made for the platform"),
    KeyPurpose.DEMO: lazy("A link was made for the demo"),
}
LETTER_WORDS = {
    LetterKind.INVITATION: lazy("the invitation"),
    LetterKind.HAND_OVER: lazy("the link to a colleague"),
    LetterKind.REMINDER: lazy("a reminder"),
    LetterKind.LAST_REMINDER: lazy("the last reminder"),
    LetterKind.LINK_AGAIN: lazy("the link once more"),
    LetterKind.APPROVE_AGAIN: lazy("that it has to be approved again"),
    LetterKind.NO_NEED: lazy("that nothing more is needed"),
    LetterKind.RECEIPT: lazy("the receipt"),
    LetterKind.DONE: lazy("to the sender: done"),
    LetterKind.DECLINED: lazy("to the sender: declined"),
    LetterKind.NUMBER_QUESTIONED: lazy("to the sender: is the number right?"),
    LetterKind.CAUSE_TOLD: lazy("to the sender: what stops the approver"),
    LetterKind.NEW_LINK_ASKED: lazy("to the sender: a new link is wanted"),
    LetterKind.CONSENT_ENDS: lazy("to the sender: the last day is near"),
    LetterKind.INSIGHT_ASKED: lazy("to the sender: the approver wants to know more"),
    LetterKind.STUCK: lazy("to the sender: the approver is stuck"),
    LetterKind.BOUNCED: lazy("to the sender: a mail did not arrive"),
    LetterKind.CONSENTS_LINK: lazy("the link to all that was approved"),
    LetterKind.DISCONNECT_CODE: lazy("the code for ending the connection"),
    LetterKind.DISCONNECTED: lazy("to the sender: the connection was ended"),
    LetterKind.END_RECEIPT: lazy("the receipt of the end"),
    LetterKind.WARNING: lazy("warning"),
    LetterKind.WARNING_DEPUTY: lazy("warning to the deputy"),
    LetterKind.CONTACT_CHANGED: lazy("to the former contact: the contact is changed"),
    LetterKind.KEY_CREATED: lazy("to the contact: there is a new key"),
    LetterKind.REVIEW_DUE: lazy("to the firm: the yearly review"),
    LetterKind.KEY_ENDS: lazy("to the contact: a key ends soon"),
    LetterKind.OUTAGE: lazy("outage"),
    LetterKind.OUTAGE_OVER: lazy("the outage is over"),
    LetterKind.REFUSED_AT_ONCE: lazy("many connections refused at once"),
    LetterKind.NEEDS_US: lazy("a fault of ours"),
    LetterKind.WEBHOOK_PAUSED: lazy("a receiver of webhooks is paused"),
    LetterKind.WORKER_SILENT: lazy("no worker answers"),
    LetterKind.WORKER_BACK: lazy("a worker answers again"),
    LetterKind.ACCOUNT_INVITE: lazy("the invitation to an account"),
    LetterKind.PASSWORD_RESET: lazy("the link to a new password"),
    LetterKind.PASSWORD_CHANGED: lazy("that the password was changed"),
    LetterKind.FACTOR_CHANGED: lazy("that codes or a passkey were added or removed"),
    LetterKind.DAILY_SUMMARY: lazy("the daily summary"),
}
STEPS = {
    Step.WELCOME: lazy("Welcome"),
    Step.PERMISSION: lazy("Permission"),
    Step.BOOKKEEPING: lazy("Bookkeeping"),
    Step.COMPANY: lazy("Company"),
    Step.APPROVE: lazy("Give permission"),
}


@dataclass(frozen=True)
class HistoryRow:
    """A row of the history, for display."""

    at: datetime
    text: str


@dataclass(frozen=True)
class OpeningRow:
    """An opened document: when, of which voucher, and by whom."""

    at: datetime
    voucher: str
    who: str


def rows(events: list[Event]) -> list[HistoryRow]:
    """The rows of a history, in the order given."""
    return [HistoryRow(event.at, _text(event)) for event in events]


def openings(events: list[Event]) -> list[OpeningRow]:
    """The rows of the list of opened documents, in the order given."""
    return [OpeningRow(event.at, event.note or "–", ", ".join(_reader(event))) for event in events]


def openings_told(events: list[Event], firm_name: str) -> list[HistoryRow]:
    """The rows of opened documents as their approver reads them, in the order given."""
    return [HistoryRow(event.at, _opening_told(event, firm_name)) for event in events]


def question_in(events: list[Event], since: datetime) -> Event | None:
    """The newest question about what has been read, if it came after a moment."""
    asked = (event for event in events if event.kind is EventKind.INSIGHT_ASKED)
    return next((event for event in asked if event.at > since), None)


def cause_heading(cause: str) -> str:
    """The heading of the approver's page for a cause."""
    language = getattr(get_locale(), "language", "sv")
    page = current_app.jinja_env.get_template(f"causes/{language}/{cause}.html")
    return str(page.module.heading())  # type: ignore[attr-defined]


def letter_word(kind: str | None) -> str:
    """The name of a kind of letter, for use within a sentence."""
    return str(LETTER_WORDS[LetterKind(kind or "")])


def _text(event: Event) -> str:
    """The sentence for an event, with the name of the member of staff who did it."""
    who = _who(event)
    return f"{_what(event)} ({', '.join(who)})" if who else _what(event)


def _who(event: Event) -> list[str]:
    who = [event.user.name] if event.actor is Actor.STAFF and event.user else []
    if event.api_key:
        who.append(gettext("by the platform: %(name)s", name=event.api_key.name))
    elif event.actor is Actor.PLATFORM:
        who.append(gettext("by the platform"))
    return who


def _reader(event: Event) -> list[str]:
    """Who opened a document; a stranger to the firm, of support or an admin, is told from its members."""
    who = _who(event)
    if event.actor is Actor.STAFF and event.user and event.user.role is not Role.MEMBER:
        who[0] = gettext("%(name)s, of those who run Kopplingsguiden", name=who[0])
    return who


def _opening_told(event: Event, firm_name: str) -> str:
    """Which voucher's document, by whom and of which firm."""
    voucher, who = event.note or "–", firm_name
    if event.user and event.user.name:
        who = ", ".join(_reader(event))
        if event.user.role is Role.MEMBER:
            who = f"{event.user.name}, {firm_name}"
    elif event.api_key:
        who = gettext("%(firm)s, from Senseworks", firm=firm_name)
    return gettext("A document of voucher %(voucher)s, by %(who)s", voucher=voucher, who=who)


def _what(event: Event) -> str:
    if event.kind is EventKind.LINK_MADE:
        return str(LINKS[KeyPurpose(event.note or "")])
    if event.kind is EventKind.LETTER_SENT:
        return gettext("A mail was sent: %(letter)s", letter=letter_word(event.note))
    if event.kind is EventKind.LETTER_BOUNCED:
        return gettext("A mail did not arrive: %(letter)s", letter=letter_word(event.note))
    if event.kind is EventKind.STEP_DONE:
        return gettext("The approver came to the step %(step)s", step=STEPS[Step(event.note or "")])
    if event.kind is EventKind.DOCUMENT_OPENED:
        return gettext("A document of voucher %(voucher)s was opened", voucher=event.note or "–")
    if event.kind is EventKind.YEAR_READ:
        return gettext(
            "A reading of all vouchers of the year %(year)s began", year=event.note or "–"
        )
    if event.kind is EventKind.DISTURBED and event.cause in ALERTING:
        return gettext(
            "Something is wrong with us, not with the connection. It is noted in our log."
        )
    return _of_a_page(event) or _of_a_day(event) or _with_note(event) or str(TEXTS[event.kind])


def _of_a_page(event: Event) -> str | None:
    """The sentence for an event that names a page of the approver's; None for others."""
    if event.kind is EventKind.ATTEMPT_FAILED:
        page = cause_heading(event.cause or "")
        return gettext("The attempt stopped at the page “%(page)s”", page=page)
    if event.kind is EventKind.CAUSE_TOLD:
        page = cause_heading(event.cause or "")
        return gettext("The approver asks the sender to read of the page “%(page)s”", page=page)
    return None


def _of_a_day(event: Event) -> str | None:
    """The sentence for an event about the last day of a consent; None for others."""
    if event.kind is EventKind.CONSENT_END_SET and event.note:
        day = format_date(date.fromisoformat(event.note), "d MMMM y")
        return gettext("The last day was set to %(day)s", day=day)
    if event.kind is EventKind.DISCONNECTED and event.note == LAST_DAY:
        return gettext("The connection was ended: its last day had passed")
    return None


def _wait(event: Event) -> str:
    """The sentence for a wait within an attempt: why it began, or how it ended."""
    if event.kind is EventKind.WAIT_BEGAN:
        if event.cause in ALERTING:
            return gettext("The attempt waits for us to mend a fault. We try again by ourselves.")
        return gettext(
            "The attempt waits: the accounting program does not answer. We try again by ourselves."
        )
    if event.cause == Cause.STALE_CODE:
        return gettext("The wait is over. It took too long, and the approval no longer counts.")
    if event.cause:
        return gettext("The wait is over")
    return gettext("The wait is over. The connection could be checked.")


def _with_note(event: Event) -> str | None:
    """The sentence for an event whose note is optional or is deleted after a time; None without one."""
    if event.kind in WAITS:
        return _wait(event)
    if event.kind in EARLIER and event.note == revocation.REPLACED:
        return str(EARLIER[event.kind])
    if event.kind is EventKind.INVITATION_DECLINED and event.note:
        return gettext("The approver declined: “%(reason)s”", reason=event.note)
    if event.kind is EventKind.SEEN_AS and event.note:
        return gettext("Support looked at the approver’s page: “%(reason)s”", reason=event.note)
    if event.kind is EventKind.INSIGHT_ASKED and event.note:
        return gettext(
            "The approver asks to know more of what has been read: “%(words)s”", words=event.note
        )
    if event.kind is EventKind.WARNED and event.note:
        return gettext("A warning was mailed to %(name)s", name=event.note)
    return None
