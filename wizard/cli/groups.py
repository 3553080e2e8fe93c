"""Groups of commands, which tell of errors in one sentence and look at the schema before they begin."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from wizard.cli.errors import TOLD, sentence
from wizard.extensions import database
from wizard.migrations import fitness
from wizard.models import AuditActor
from wizard.services.audit.trail import Who, acting_as

UNDEFINED_TABLE = "42P01"


class Commands(AppGroup):
    """A group whose commands end with a sentence and exit code 1 where they cannot go on.

    They begin only on a schema that this code can use, unless the group or the command takes any.
    """

    def __init__(self, name: str, *, any_schema: bool = False, **options: Any) -> None:
        super().__init__(name, **options)
        self._any_schema = any_schema

    def command(  # type: ignore[override]
        self, *args: Any, any_schema: bool = False, **options: Any
    ) -> Callable[[Callable[..., Any]], click.Command]:
        """As of any group; ``any_schema`` lets the command begin on whatever schema there is."""
        register = super().command(*args, **options)
        as_it_is = any_schema or self._any_schema

        def decorate(function: Callable[..., Any]) -> click.Command:
            begin = function if as_it_is else _on_a_fitting_schema(function)
            return register(_by_its_name(begin))

        return decorate

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except TOLD as error:
            raise click.ClickException(sentence(error)) from None


def _by_its_name(function: Callable[..., Any]) -> Callable[..., Any]:
    """The command acts: the audit trail names it."""

    @wraps(function)
    def begin(*args: Any, **options: Any) -> Any:
        with acting_as(Who(AuditActor.COMMAND, click.get_current_context().command_path)):
            return function(*args, **options)

    return begin


def _on_a_fitting_schema(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def begin(*args: Any, **options: Any) -> Any:
        with database.engine.connect() as connection:
            try:
                found = connection.scalar(text(fitness.SCHEMA))
            except ProgrammingError as error:
                if getattr(error.orig, "sqlstate", None) != UNDEFINED_TABLE:
                    raise
                found = None
        if misfit := fitness.misfit(found):
            raise click.ClickException(misfit)
        return function(*args, **options)

    return begin
