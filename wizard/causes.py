"""The single table of causes: why a step or a connection fails, and what helps; wording is in templates."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why; the value is its code in the database, in logs and as the name of its text."""

    DECLINED = "declined"
    LOST_SESSION = "lost_session"
    STALE_CODE = "stale_code"
    NEVER_RETURNED = "never_returned"
    PROVIDER_REFUSED = "visma_refused"
    WRONG_COMPANY = "wrong_company"
    DEFAULT_COMPANY = "default_company"
    MODULE_MISSING = "module_missing"
    STARTUP_GUIDE = "startup_guide"
    COMPANY_INACTIVE = "company_inactive"
    LICENCE_NOT_ACCEPTED = "licence_not_accepted"
    PERMISSION_MISSING = "permission_missing"
    USER_NOT_IN_COMPANY = "user_not_in_company"
    NO_BOOKKEEPING = "no_bookkeeping"
    SCOPE_MISSING = "scope_missing"
    PROVIDER_UNAVAILABLE = "visma_unavailable"
    OUR_CONFIGURATION = "our_configuration"
    ALREADY_CONNECTED = "already_connected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    FINISHED = "finished"
    CONSENT_ENDED = "consent_ended"
    APPROVER_GONE = "approver_gone"


class Way(StrEnum):
    """A way on from a cause; the first of a cause is its main one."""

    TRY_AGAIN = "try_again"
    SAME_WINDOW = "same_window"
    CHOOSE_AGAIN = "choose_again"
    QUESTION_NUMBER = "question_number"
    NO_CHOICE = "no_choice"
    COLLEAGUE = "colleague"
    WAIT = "wait"
    CONTINUE = "continue"
    ASK_NEW_LINK = "ask_new_link"


@dataclass(frozen=True)
class CauseFacts:
    """What is true of a cause whatever the language.

    ``ways`` lead on, the main one first; ``help`` is the step of the help that cures it, as <article>#steg-<n>;
    ``retried`` says that we try again by ourselves; ``maybe_wrong_company`` that the same answer
    comes when another company than the expected was chosen; ``alert`` that it is ours to mend.
    """

    ways: tuple[Way, ...]
    help: str
    retried: bool = False
    maybe_wrong_company: bool = False
    alert: bool = False


_IN_PROVIDER = (Way.TRY_AGAIN, Way.COLLEAGUE)

CAUSES: dict[Cause, CauseFacts] = {
    Cause.DECLINED: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "godkann-behorigheter#steg-4"),
    Cause.LOST_SESSION: CauseFacts((Way.CONTINUE,), "hamta-lanken#steg-5"),
    Cause.STALE_CODE: CauseFacts((Way.TRY_AGAIN,), "ge-behorighet#steg-7"),
    Cause.NEVER_RETURNED: CauseFacts((Way.TRY_AGAIN, Way.SAME_WINDOW), "ge-behorighet#steg-7"),
    Cause.PROVIDER_REFUSED: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "ge-behorighet#steg-8"),
    Cause.WRONG_COMPANY: CauseFacts(
        (Way.CHOOSE_AGAIN, Way.NO_CHOICE, Way.QUESTION_NUMBER), "standardforetag#steg-1"
    ),
    Cause.DEFAULT_COMPANY: CauseFacts(
        (Way.CHOOSE_AGAIN, Way.COLLEAGUE, Way.QUESTION_NUMBER), "standardforetag#steg-2"
    ),
    Cause.MODULE_MISSING: CauseFacts(_IN_PROVIDER, "bokforing#steg-4", maybe_wrong_company=True),
    Cause.STARTUP_GUIDE: CauseFacts(_IN_PROVIDER, "bokforing#steg-5", maybe_wrong_company=True),
    Cause.COMPANY_INACTIVE: CauseFacts(_IN_PROVIDER, "bokforing#steg-7", maybe_wrong_company=True),
    Cause.LICENCE_NOT_ACCEPTED: CauseFacts(
        _IN_PROVIDER, "bokforing#steg-6", maybe_wrong_company=True
    ),
    Cause.PERMISSION_MISSING: CauseFacts(
        (Way.COLLEAGUE, Way.TRY_AGAIN), "behorigheter#steg-5", maybe_wrong_company=True
    ),
    Cause.USER_NOT_IN_COMPANY: CauseFacts(
        (Way.COLLEAGUE, Way.TRY_AGAIN), "vem-kan-godkanna#steg-4", maybe_wrong_company=True
    ),
    Cause.NO_BOOKKEEPING: CauseFacts(
        (Way.CHOOSE_AGAIN, Way.COLLEAGUE), "bokforing#steg-3", maybe_wrong_company=True
    ),
    Cause.SCOPE_MISSING: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "godkann-behorigheter#steg-3"),
    Cause.PROVIDER_UNAVAILABLE: CauseFacts((Way.WAIT,), "ge-behorighet#steg-9", retried=True),
    Cause.OUR_CONFIGURATION: CauseFacts((), "ge-behorighet#steg-9", alert=True),
    Cause.ALREADY_CONNECTED: CauseFacts((), "vad-vi-laser#steg-4"),
    Cause.EXPIRED: CauseFacts((Way.ASK_NEW_LINK,), "hamta-lanken#steg-6"),
    Cause.WITHDRAWN: CauseFacts((Way.ASK_NEW_LINK,), "hamta-lanken#steg-6"),
    Cause.REPLACED: CauseFacts((Way.ASK_NEW_LINK,), "hamta-lanken#steg-6"),
    Cause.FINISHED: CauseFacts((), "vad-vi-laser#steg-4"),
    Cause.CONSENT_ENDED: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "fornya#steg-1"),
    Cause.APPROVER_GONE: CauseFacts((Way.COLLEAGUE, Way.TRY_AGAIN), "fornya#steg-4"),
}
