"""Templates as Flask has them, but with the names of their globals at hand."""

from collections import ChainMap
from collections.abc import KeysView, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment

from wizard.config import Settings


class Globals(ChainMap[str, Any]):
    """What every template knows: a page asks for all its names at every import, a dozen times.

    Jinja's own looks them up one by one, which took a fifteenth of a page's time.
    """

    def keys(self) -> KeysView[str]:
        """All names, as a view that sets can be compared with at once."""
        return dict(self.maps[-1], **self.maps[0]).keys()


class Templates(Environment):
    """Flask's own, with those globals."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A template's globals over everybody's."""
        return Globals({} if d is None else d, self.globals)


def init_app(app: Flask, _settings: Settings) -> None:
    """Load templates by these, from the first on."""
    app.jinja_environment = Templates
