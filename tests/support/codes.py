"""The codes that an app shows, for tests by the real clock."""

import time
from datetime import timedelta

import pyotp

from wizard.models import now

STEP = 30  # seconds that a code is shown


def code_of(secret: str, steps: int = 0, *, good_for: float = 1.0) -> str:
    """The code that is shown now, or so many steps later, where the last one is still taken for so many seconds.

    The one before is not taken any more when the next is shown, so it is not asked for just before that.
    """
    left = STEP - now().timestamp() % STEP
    if steps < 0 and left < good_for:
        time.sleep(left)
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=STEP * steps))
