"""The ready answer: what stops her, what to do, the step that helps, as one text in her language."""

import re
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup

from wizard.models import UNFINISHED, Authorization, InvitationKey
from wizard.services.authorizations.check import tried_until
from wizard.web.event_texts import STEPS
from wizard.web.i18n import speaking
from wizard.web.onboarding.visit import visit_of
from wizard.web.support.her_page import her_language
from wizard.web.support.situation import HELP_AT_STEP, help_address, help_of

if TYPE_CHECKING:
    from collections.abc import Callable

ENDS_OF_LINES = re.compile(r"</(?:p|li|h2|h3|div|dt|dd)>")


def ready_answer(key: InvitationKey, attempt: Authorization | None, link: str | None) -> str:
    """What to say to the reader of this link; ``attempt`` is the one that decides, ``link`` a fresh one."""
    cause = attempt.cause if attempt else None
    with speaking(her_language(key)):
        said = _of_cause(key, attempt) if attempt and cause else _of_step(key)
        help_step = help_of(cause) if cause else HELP_AT_STEP[key.open_step]
        said.append(gettext("Step by step: %(address)s", address=help_address(help_step)))
        if link:
            said.append(gettext("A new link, only for you: %(address)s", address=link))
    return "\n\n".join(said)


def _of_step(key: InvitationKey) -> list[str]:
    number, steps = key.invitation.count_to(key.open_step), len(key.invitation.road)
    step = STEPS[key.open_step]
    return [
        gettext(
            "You are at step %(number)s of %(total)s: %(step)s.",
            number=number,
            total=steps,
            step=step,
        )
    ]


def _of_cause(key: InvitationKey, attempt: Authorization) -> list[str]:
    of: Callable[[str], Any] = current_app.jinja_env.globals["cause_text"]  # type: ignore[assignment]
    text, visit = of(str(attempt.cause)), visit_of(key)
    waits = attempt.status in UNFINISHED
    why = text.why(visit, True) if waits else text.why(visit)
    now = text.now(visit, True, tried_until(attempt)) if waits else text.now(visit)
    parts = (f"{_plain(text.heading())}.", _plain(why), _plain(now))
    return [part for part in parts if part]


def _plain(html: str) -> str:
    """The words of a piece of a page, a line for each paragraph."""
    one_line = " ".join(str(html).split())
    lines = [Markup(part).striptags() for part in ENDS_OF_LINES.split(one_line)]  # noqa: S704 -- ours
    return "\n".join(line for line in lines if line)
