"""Python's garbage collector, off while the program loads and told afterwards to leave that in peace.

Nothing that is loaded is garbage, and to look for it among all the rest, again and again, took two
fifths of the time to start. See https://docs.python.org/3/library/gc.html#gc.freeze.
A page leaves some hundred objects behind; to look for them after each few pages, as by default, takes a
twentieth of its time.
"""

import gc

MADE = 10_000  # objects made and not let go of, until the newest are looked through
# Times that they are, until those that were there the last time are too. By default it is ten: garbage that a page
# under way kept alive stays long, and holds 2 MB.
TIMES = 2

gc.disable()


def start() -> None:
    """Collect from now on, among what is made from now on."""
    gc.freeze()
    gc.set_threshold(MADE, TIMES, TIMES)
    gc.enable()
