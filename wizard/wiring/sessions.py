"""How long staff stay signed in, as the settings say."""

from datetime import timedelta

from wizard.extensions import settings
from wizard.services.accounts.sessions import Limits


def session_limits() -> Limits:
    """The limits of this installation."""
    return Limits(
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(hours=settings.session_hours),
    )
