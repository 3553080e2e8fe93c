"""How everything is, in one sentence: the first thing that needs those who run the service, or that all is well."""

from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext, ngettext

from wizard.extensions import database
from wizard.models import Outage, OutageKind
from wizard.services.desk.needs import Need, NeedKind, first_need
from wizard.services.desk.overview import Overview, overview
from wizard.services.upkeep.heartbeat import Pulse
from wizard.services.upkeep.heartbeat import pulse as pulse_now
from wizard.services.warnings.refusals import held_until
from wizard.web.hooks.labels import recent, stamp

if TYPE_CHECKING:
    from collections.abc import Callable


def verdict(found: Overview, pulse: Pulse) -> tuple[str, bool]:
    """The sentence, and whether all is well."""
    said = _of_worker(pulse) or need_words(first_need(found))
    return (said, False) if said else (gettext("All is as it should be."), True)


def sentence_now() -> tuple[str, bool]:
    """The sentence for another page than its own, and whether all is well."""
    return verdict(overview(database.session), pulse_now(database.session))


def outage_words(outage: Outage) -> str:
    """What an outage that goes on is, what we do, and until when."""
    facts = {
        "provider": program_name(outage.provider),
        "since": recent(outage.began_at),
    }
    if outage.kind is OutageKind.SILENT:
        return ngettext(
            "%(provider)s has not answered since %(since)s, %(num)s connection. We keep trying by ourselves.",
            "%(provider)s has not answered since %(since)s, %(num)s connections. We keep trying by ourselves.",
            outage.affected,
            **facts,
        )
    return ngettext(
        "%(provider)s has refused %(num)s connection since %(since)s. We read it again, and believe it %(until)s.",
        "%(provider)s has refused %(num)s connections at once since %(since)s. We read them again, change nothing and "
        "mail no firm, and believe it %(until)s.",
        outage.affected,
        until=stamp(held_until(outage)),
        **facts,
    )


def program_name(provider: str) -> str:
    """What a provider's program is called."""
    program: Callable[[str], Any] = current_app.jinja_env.globals["program"]  # type: ignore[assignment]
    return str(program(provider).name)


def _of_worker(pulse: Pulse) -> str | None:
    if not pulse.is_alive:
        return gettext("No background service is running: nothing is checked, and no mail is sent.")
    return None


def need_words(need: Need | None) -> str | None:
    """What needs those who run the service, in one sentence."""
    if need is None:
        return None
    if need.outage:
        return outage_words(need.outage)
    if need.kind is NeedKind.OUR_FAULT:
        return ngettext(
            "A fault of ours stops %(num)s company. One of us has to mend it.",
            "A fault of ours stops %(num)s companies. One of us has to mend it.",
            need.number,
        )
    if need.kind is NeedKind.LATE:
        return ngettext(
            "Something of ours is late for %(num)s company.",
            "Something of ours is late for %(num)s companies.",
            need.number,
        )
    return ngettext(
        "%(num)s receiver of webhooks is paused.",
        "%(num)s receivers of webhooks are paused.",
        need.number,
    )
