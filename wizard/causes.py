"""The table of causes: why a step or a connection fails, and what helps; texts are in templates."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Cause(StrEnum):
    """The causes; the value is the code in the database, in logs, and in the template's name."""

    DECLINED = "declined"
    LOST_SESSION = "lost_session"
    COOKIES_OFF = "cookies_off"
    STALE_CODE = "stale_code"
    NEVER_RETURNED = "never_returned"
    PROVIDER_REFUSED = "visma_refused"
    WRONG_COMPANY = "wrong_company"
    DEFAULT_COMPANY = "default_company"
    NUMBER_MISSING = "number_missing"
    NOT_SWEDISH = "not_swedish"
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
    """The actions that a cause's page can offer; the first of a cause is the main one."""

    TRY_AGAIN = "try_again"
    SAME_WINDOW = "same_window"
    CHOOSE_AGAIN = "choose_again"
    QUESTION_NUMBER = "question_number"
    TELL_SENDER = "tell_sender"
    OPEN_PROGRAM = "open_program"
    NO_CHOICE = "no_choice"
    COLLEAGUE = "colleague"
    WAIT = "wait"
    CONTINUE = "continue"
    ASK_NEW_LINK = "ask_new_link"


@dataclass(frozen=True)
class CauseFacts:
    """Facts about a cause, independent of language.

    ``ways`` are the actions to offer, the main one first; ``right_ways``, if they differ, those
    when the company is known to be the expected one; ``told_ways`` those that are left once the sender
    has been told. ``help`` is the help's step, as <article>#steg-<n>; ``retried``: we retry
    automatically; ``alert``: the operator must act;
    ``chose_wrong``: another company than the expected was chosen, so that the next authorization asks
    for the company again; ``maybe_wrong_company``: such a choice can give the same error;
    ``of_approver``: it concerns the approver, not the company; ``mended_at_provider``: somebody at the
    company can solve it at the provider, without a new approval; ``vague``: an answer with something
    left out looks the same, so that of a living connection it takes longer to believe.
    If a check finds several causes, the one with the lowest ``rank`` is reported: first those of the
    company, then of its bookkeeping, then of permissions. A cause without a rank never combines.
    """

    ways: tuple[Way, ...]
    help: str
    right_ways: tuple[Way, ...] | None = None
    told_ways: tuple[Way, ...] = ()
    retried: bool = False
    alert: bool = False
    chose_wrong: bool = False
    maybe_wrong_company: bool = False
    of_approver: bool = False
    mended_at_provider: bool = False
    vague: bool = False
    rank: int | None = None

    def ways_on(self, *, right_company: bool, told: bool) -> tuple[Way, ...]:
        """The actions to offer: is the company known to be the expected one, and the sender told?"""
        if told:
            return self.told_ways
        return self.right_ways if right_company and self.right_ways else self.ways


def _at_provider(help: str, rank: int) -> CauseFacts:  # noqa: A002 -- the field's name
    return CauseFacts(
        (Way.OPEN_PROGRAM, Way.TRY_AGAIN, Way.COLLEAGUE),
        help,
        maybe_wrong_company=True,
        mended_at_provider=True,
        rank=rank,
    )


CAUSES: dict[Cause, CauseFacts] = {
    Cause.DECLINED: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "godkann-behorigheter#steg-4"),
    Cause.LOST_SESSION: CauseFacts((Way.CONTINUE,), "hamta-lanken#steg-5"),
    Cause.COOKIES_OFF: CauseFacts((), "kakor#steg-2"),
    Cause.STALE_CODE: CauseFacts((Way.TRY_AGAIN,), "ge-behorighet#steg-7"),
    Cause.NEVER_RETURNED: CauseFacts(
        (Way.TRY_AGAIN, Way.SAME_WINDOW, Way.WAIT), "ge-behorighet#steg-7"
    ),
    Cause.PROVIDER_REFUSED: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "ge-behorighet#steg-8"),
    Cause.WRONG_COMPANY: CauseFacts(
        (Way.CHOOSE_AGAIN, Way.NO_CHOICE, Way.QUESTION_NUMBER),
        "standardforetag#steg-1",
        told_ways=(Way.CHOOSE_AGAIN,),
        chose_wrong=True,
    ),
    Cause.DEFAULT_COMPANY: CauseFacts(
        (Way.OPEN_PROGRAM, Way.CHOOSE_AGAIN, Way.COLLEAGUE, Way.QUESTION_NUMBER),
        "standardforetag#steg-2",
        told_ways=(Way.CHOOSE_AGAIN,),
        chose_wrong=True,
    ),
    Cause.NUMBER_MISSING: CauseFacts(
        (Way.TELL_SENDER, Way.OPEN_PROGRAM, Way.TRY_AGAIN),
        "bokforing#steg-8",
        told_ways=(Way.OPEN_PROGRAM, Way.TRY_AGAIN),
        maybe_wrong_company=True,
        mended_at_provider=True,
        vague=True,
    ),
    Cause.NOT_SWEDISH: CauseFacts(
        (Way.TELL_SENDER,),
        "valj-foretag#steg-6",
        told_ways=(Way.CHOOSE_AGAIN,),
        maybe_wrong_company=True,
    ),
    Cause.MODULE_MISSING: _at_provider("bokforing#steg-4", rank=4),
    Cause.STARTUP_GUIDE: _at_provider("bokforing#steg-5", rank=3),
    Cause.COMPANY_INACTIVE: replace(
        _at_provider("bokforing#steg-7", rank=1),
        ways=(Way.TELL_SENDER, Way.TRY_AGAIN, Way.COLLEAGUE),
        told_ways=(Way.TRY_AGAIN,),
    ),
    Cause.LICENCE_NOT_ACCEPTED: _at_provider("bokforing#steg-6", rank=2),
    Cause.PERMISSION_MISSING: CauseFacts(
        (Way.COLLEAGUE, Way.TRY_AGAIN),
        "behorigheter#steg-5",
        maybe_wrong_company=True,
        of_approver=True,
        rank=7,
    ),
    Cause.USER_NOT_IN_COMPANY: CauseFacts(
        (Way.COLLEAGUE, Way.TRY_AGAIN),
        "vem-kan-godkanna#steg-4",
        maybe_wrong_company=True,
        of_approver=True,
        rank=6,
    ),
    Cause.NO_BOOKKEEPING: CauseFacts(
        (Way.CHOOSE_AGAIN, Way.COLLEAGUE),
        "bokforing#steg-3",
        right_ways=(Way.TELL_SENDER, Way.COLLEAGUE, Way.TRY_AGAIN),
        told_ways=(Way.COLLEAGUE, Way.TRY_AGAIN),
        maybe_wrong_company=True,
        rank=5,
    ),
    Cause.SCOPE_MISSING: CauseFacts(
        (Way.TRY_AGAIN, Way.COLLEAGUE), "godkann-behorigheter#steg-3", rank=8
    ),
    Cause.PROVIDER_UNAVAILABLE: CauseFacts((Way.WAIT,), "ge-behorighet#steg-9", retried=True),
    Cause.OUR_CONFIGURATION: CauseFacts(
        (Way.TRY_AGAIN,), "ge-behorighet#steg-9", alert=True, rank=9
    ),
    Cause.ALREADY_CONNECTED: CauseFacts((), "vad-vi-laser#steg-4"),
    Cause.EXPIRED: CauseFacts((Way.ASK_NEW_LINK,), "hamta-lanken#steg-6"),
    Cause.WITHDRAWN: CauseFacts((Way.ASK_NEW_LINK,), "hamta-lanken#steg-6"),
    Cause.REPLACED: CauseFacts((Way.ASK_NEW_LINK,), "hamta-lanken#steg-6"),
    Cause.FINISHED: CauseFacts((), "vad-vi-laser#steg-4"),
    Cause.CONSENT_ENDED: CauseFacts((Way.TRY_AGAIN, Way.COLLEAGUE), "fornya#steg-1"),
    Cause.APPROVER_GONE: CauseFacts((Way.COLLEAGUE, Way.TRY_AGAIN), "fornya#steg-4"),
}

# Groups of causes, for use in statements.
ALERTING = tuple(cause for cause, facts in CAUSES.items() if facts.alert)
RETRIED = tuple(cause for cause, facts in CAUSES.items() if facts.retried)
WRONG_CHOICES = tuple(cause for cause, facts in CAUSES.items() if facts.chose_wrong)
TOLD = tuple(
    cause
    for cause, facts in CAUSES.items()
    if Way.TELL_SENDER in (*facts.ways, *(facts.right_ways or ()))
)


def facts_of(code: str) -> CauseFacts:
    """The facts of a cause, by its code."""
    return CAUSES[Cause(code)]
