"""Libraries that are loaded when something of them is first used, not when they are imported.

Each is large, or slow to load, and most processes never come to use it: a test holds which of them a web
process has not loaded. What every web process comes to use is not here: loaded before the server makes
its workers, it is shared by them. That one is missing is said at once, when it is imported. It is the way of
https://docs.python.org/3/library/importlib.html#importlib.util.LazyLoader, which Python 3.11 does not
make safe for threads: here one thread loads, and the others wait for it. Import such a library whole
(`import typst`), and use its names in functions only: a name taken from it when a module loads, as by
`from typst import compile` or in an annotation without quotation marks, loads it. A part of a package can be
imported by itself, as by `from package.part import name`, and then the rest waits.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

LIBRARIES = {
    "PIL.Image": "a picture is uploaded",
    "PIL.ImageOps": "a picture is uploaded",
    "rapidfuzz": "never: the search of the help needs a part of it",
    "segno": "a link is shown as a QR code",
    "snowballstemmer": "never: the search of the help needs two of its languages",
    "typst": "a receipt is fetched as a pdf",
    "webauthn": "a passkey is made or shown",
}
# What the import system itself reads of a module that it has just made, or that it looks for parts of. Were
# a package loaded when its part is looked for, the part would be loaded twice.
KNOWN = {"__class__", "__file__", "__loader__", "__name__", "__path__", "__spec__"}

_loading = RLock()  # one for all, so that two of them never wait for each other


class _Late(ModuleType):
    """A library that nothing has been used of."""

    def __getattribute__(self, name: str) -> Any:
        if name not in KNOWN:
            _load(self)
        return ModuleType.__getattribute__(self, name)  # it may be an ordinary module by now


class _LateLoader(Loader):
    """Leaves the real loader's work until it is asked for."""

    def __init__(self, real: Loader) -> None:
        self.real, self.has_begun = real, False

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The kind of module that the real loader makes."""
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""
        module.__class__ = _Late


class _LateFinder(MetaPathFinder):
    """Finds what stands in the table as Python does, and puts off loading it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for all other modules, and for one that is not there: then Python says so."""
        if fullname not in LIBRARIES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _LateLoader(spec.loader)
        return spec


def _load(module: ModuleType) -> None:
    with _loading:
        spec = module.__spec__
        if type(module) is not _Late or spec is None or not isinstance(spec.loader, _LateLoader):
            return  # another thread was quicker
        late = spec.loader
        if late.has_begun:
            return  # it asks for something of itself while it loads
        late.has_begun = True
        try:
            late.real.exec_module(module)
        except BaseException:
            late.has_begun = False
            raise
        spec.loader = module.__loader__ = late.real
        module.__class__ = ModuleType  # type: ignore[assignment]


sys.meta_path.insert(0, _LateFinder())
