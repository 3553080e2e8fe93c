"""Texts about a provider's program and about causes, as template globals."""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment


class ProviderTexts:
    """Texts from an environment's templates, in the reader's language."""

    def __init__(self, environment: Environment, language: Callable[[], str]) -> None:
        self._environment = environment
        self._language = language

    @classmethod
    def install(cls, environment: Environment, language: Callable[[], str]) -> None:
        """Add these functions to the environment's globals."""
        texts = cls(environment, language)
        environment.globals.update(
            program=texts.program, cause_text=texts.cause, provider_part=texts.part
        )

    def program(self, provider: str, text: str = "words") -> Any:
        """A module of texts in a provider's folder: its names (``words``), its warnings, or its letters."""
        return self._environment.get_template(self.part(provider, text)).module

    def cause(self, cause: str) -> Any:
        """The module of texts for a cause: heading, why it happens, and what to do."""
        return self._environment.get_template(f"causes/{self._language()}/{cause}.html").module

    def part(self, provider: str, name: str) -> str:
        """The path of a provider's template to include in a page."""
        return f"providers/{provider}/{self._language()}/{name}.html"
