"""Exponential back-off with jitter."""

import random
from datetime import timedelta

_dice = random.SystemRandom()


def back_off(tries: int, first: timedelta, longest: timedelta) -> timedelta:
    """The wait after ``tries`` earlier failures: doubled each time up to ``longest``, with 25 % jitter."""
    return spread(min(first * 2 ** min(tries, 20), longest), 0.25)


def spread(wait: timedelta, share: float) -> timedelta:
    """The wait with jitter: at most ``share`` longer or shorter, so that simultaneous work spreads out."""
    return wait * _dice.uniform(1 - share, 1 + share)
