"""What a browser keeps of a sign-in at an identity provider, until it comes back with the answer."""

import time
from dataclasses import asdict, dataclass

from flask import session

from wizard.services.accounts.identity.client import Attempt

KEPT, MOST, SECONDS = "single_sign_on", 3, 600


@dataclass(frozen=True)
class Held:
    """An attempt, and the page that was asked for; ``confirms``: she is signed in, and shows who she is."""

    attempt: Attempt
    asked_for: str
    confirms: bool


def keep(provider_id: str, held: Held) -> None:
    """Keep an attempt; of several windows the latest three."""
    kept = {
        state: one for state, one in session.get(KEPT, {}).items() if one["until"] > time.time()
    }
    latest = dict(list(kept.items())[1 - MOST :])
    told = {"provider": provider_id, "until": int(time.time()) + SECONDS, **asdict(held)}
    session[KEPT] = {**latest, held.attempt.state: told}


def take(provider_id: str, state: str) -> Held | None:
    """The attempt that this browser began with this provider; each can be taken once."""
    kept = dict(session.get(KEPT, {}))
    found = kept.get(state)
    if found is None or found["provider"] != provider_id or found["until"] <= time.time():
        return None
    session[KEPT] = {name: one for name, one in kept.items() if name != state}
    return Held(Attempt(**found["attempt"]), found["asked_for"], found["confirms"])
