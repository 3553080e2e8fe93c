"""How often each provider's connections are checked, and whether it answers, for display."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from wizard.extensions import providers
from wizard.services.throttling import pacing


@dataclass(frozen=True)
class ShownPace:
    """The checks of one provider's connections; ``away_since`` is None while it answers."""

    provider: str
    connections: int
    minutes: int
    away_since: datetime | None


def shown(session: Session) -> list[ShownPace]:
    """The providers that have connections to check. One statement."""
    return [
        ShownPace(
            provider=pace.provider,
            connections=pace.connections,
            minutes=round(
                pacing.interval(
                    pace.connections, providers[pace.provider].rate_limit
                ).total_seconds()
                / 60
            ),
            away_since=pace.failing_since if pacing.is_away(pace) else None,
        )
        for pace in pacing.checks(session)
        if pace.provider in providers
    ]
