"""The flask commands; each calls one service."""

from importlib import import_module

from click import Command, Context
from flask import Flask
from flask.cli import AppGroup

# Where each command stands. Its module is imported when it is called: a web process has no use for
# what commands need (Alembic, the worker, the drawing of pictures), and each takes time and memory.
COMMANDS = {
    "backup": "wizard.cli.backup",
    "company": "wizard.cli.company",
    "connection": "wizard.cli.connection",
    "db": "wizard.cli.db",
    "doctor": "wizard.cli.doctor.command",
    "evidence": "wizard.cli.evidence",
    "firm": "wizard.cli.firm",
    "identity-provider": "wizard.cli.identity_provider",
    "invitation": "wizard.cli.invitation",
    "jobs": "wizard.cli.jobs",
    "key": "wizard.cli.key",
    "keys": "wizard.cli.keys",
    "mail": "wizard.cli.mail",
    "pictures": "wizard.cli.pictures",
    "templates": "wizard.cli.templates",
    "translations": "wizard.cli.translations",
    "user": "wizard.cli.user",
    "webhook": "wizard.cli.webhook",
}


class LazyCommands(AppGroup):
    """The commands by name (https://click.palletsprojects.com/en/stable/complex/)."""

    def list_commands(self, ctx: Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *COMMANDS])

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return command


def init_app(app: Flask) -> None:
    """Give an application the commands."""
    app.cli = LazyCommands(app.name)
