"""Python's garbage collector, off while the program loads and told afterwards to leave that in peace.

Nothing that is loaded is garbage, and to look for it among all the rest, again and again, took two
fifths of the time to start. See https://docs.python.org/3/library/gc.html#gc.freeze.
"""

import gc

gc.disable()


def start() -> None:
    """Collect from now on, among what is made from now on."""
    gc.freeze()
    gc.enable()
