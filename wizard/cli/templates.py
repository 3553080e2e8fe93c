"""Commands for the templates of pages."""

import click
from flask import current_app

from wizard.cli.groups import Commands
from wizard.web.template_code import compile_all

templates = Commands("templates", help="The templates of pages.", any_schema=True)


@templates.command("compile")
def compile_() -> None:
    """Compile the templates, so that no process has to when it shows its first pages."""
    try:
        made = compile_all(current_app.jinja_env)
    except OSError as error:
        raise click.ClickException(f"Mallarna kan inte skrivas: {error.strerror}.") from None
    click.echo(f"{made} mallar.")
