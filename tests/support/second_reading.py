"""What is judged of a living connection counts at the second reading, minutes later."""

from contextlib import suppress
from datetime import timedelta

import time_machine

from wizard.models import now
from wizard.services.connections.health import Finding, check
from wizard.services.context import ProviderContext
from wizard.services.grants.refreshing import GrantDoubtedError
from wizard.services.grants.tokens import access_token

LATER = timedelta(minutes=5, seconds=1)  # by then a second reading is due


def check_twice(context: ProviderContext, connection_id: int) -> Finding:
    """Check, as if five minutes ago, and now; the second finding."""
    with time_machine.travel(now() - LATER, tick=True):
        check(context, connection_id)
    return check(context, connection_id)


def check_later(context: ProviderContext, connection_id: int) -> Finding:
    """Check when a second reading of what was read now is due."""
    with time_machine.travel(now() + LATER, tick=True):
        return check(context, connection_id)


def refuse_once(context: ProviderContext, connection_id: int, refused: str | None = None) -> None:
    """Let the provider refuse the connection's grant a first time, five minutes ago."""
    with time_machine.travel(now() - LATER, tick=True), suppress(GrantDoubtedError):
        access_token(context, connection_id, 10.0, refused=refused)
