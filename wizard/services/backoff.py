"""Waiting longer after each failure, and never all at the same moment."""

import random
from datetime import timedelta

_dice = random.SystemRandom()


def back_off(tries: int, first: timedelta, longest: timedelta) -> timedelta:
    """How long to wait after so many failures before: doubled each time, a quarter more or less."""
    return spread(min(first * 2 ** min(tries, 20), longest), 0.25)


def spread(wait: timedelta, share: float) -> timedelta:
    """A wait that is at most this share longer or shorter, so that what began together does not go on so."""
    return wait * _dice.uniform(1 - share, 1 + share)
