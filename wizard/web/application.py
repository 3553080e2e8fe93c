"""Flask with templates' globals and URLs that are looked up quickly.

Both are asked for dozens of times a page. They must be there before anything else asks the application for
its Jinja environment or its URLs, so that they belong to its class.
"""

from collections import ChainMap
from collections.abc import Callable, KeysView, Mapping, MutableMapping
from typing import Any, ClassVar

from flask import Flask, has_request_context
from flask.templating import Environment
from werkzeug.routing import Map, MapAdapter, Rule

from wizard.web.hooks.security import SECRET_ENDPOINTS
from wizard.web.template_code import TemplateCode

MOST_KEPT = 2_000  # URLs of a process


class Globals(ChainMap[str, Any]):
    """The template globals; a page reads all their names at each of its dozen imports.

    Jinja's own mapping looks them up one by one, which took a fifteenth of a page's render time.
    """

    def keys(self) -> KeysView[str]:
        """All names, as a set-like view."""
        return dict(self.maps[-1], **self.maps[0]).keys()


class Templates(Environment):
    """Flask's Jinja environment with these globals."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A template's own globals on top of the shared ones."""
        return Globals({} if d is None else d, self.globals)


class Paths(MapAdapter):
    """Makes the paths of a request; one that was made before is the same text again.

    A path follows from where the application stands, the endpoint and its values alone.
    """

    def build(
        self,
        endpoint: str,
        values: Mapping[str, Any] | None = None,
        method: str | None = None,
        force_external: bool = False,
        append_unknown: bool = True,
        url_scheme: str | None = None,
    ) -> str:
        """The URL of an endpoint: https://werkzeug.palletsprojects.com/en/stable/routing/."""
        plain = append_unknown and not (method or force_external or url_scheme)
        if not plain or endpoint in SECRET_ENDPOINTS:  # which nobody is to find in memory later
            return super().build(
                endpoint, values, method, force_external, append_unknown, url_scheme
            )
        kept: dict[Any, str] = self.map.kept  # type: ignore[attr-defined]
        given = ((name, type(value), value) for name, value in (values or {}).items())
        key = (self.script_name, endpoint, *given)
        try:
            return kept[key]
        except TypeError:  # a list among the values
            return super().build(endpoint, values)
        except KeyError:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            made = kept[key] = super().build(endpoint, values)
            return made


class Addresses(Map):
    """The application's URLs, and the paths that were made of them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kept: dict[Any, str] = {}

    def bind_to_environ(self, *arguments: Any, **options: Any) -> Paths:
        """For one request."""
        it = super().bind_to_environ(*arguments, **options)
        return Paths(
            it.map,
            it.server_name,
            it.script_name,
            it.subdomain,
            it.url_scheme,
            it.path_info,
            it.default_method,
            it.query_args,
        )


class Address(Rule):
    """A rule whose paths are made by code that is written when the first one is asked for.

    Written for every rule when the application is made, it took four fifths of the time for that.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        written: Callable[..., tuple[str, str]] | None = None

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            nonlocal written
            if written is None:
                written = super(Address, self)._compile_builder(append_unknown)
            return written(rule, **values)

        return build


class Application(Flask):
    """Flask with these."""

    jinja_environment = Templates
    jinja_options: ClassVar[dict[str, Any]] = {"bytecode_cache": TemplateCode()}  # type: ignore[misc]
    url_map_class = Addresses
    url_rule_class = Address

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._files: dict[str, str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """The URL of a page, or of a file, which stays the same as long as the process lives."""
        if endpoint != "static" or values.keys() != {"filename"} or not has_request_context():
            return super().url_for(endpoint, **values)
        name = values["filename"]
        if name not in self._files:
            self._files[name] = super().url_for(endpoint, **values)
        return self._files[name]

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is a coroutine, which Flask looks for a dozen times a page."""
        return func
