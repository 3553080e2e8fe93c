"""Runs commands as at a terminal."""

import click
from click.testing import Result
from flask import Flask

CONTACT = (
    "--contact-name=Britta Berg",
    "--contact-email=britta@example.com",
    "--contact-phone=08-123 45 67",
)


def commands_of(command: click.Command) -> dict[str, click.Command]:
    """What a group has by name; nothing for a command that is no group."""
    if not isinstance(command, click.Group):
        return {}
    asked = click.Context(command)
    found = {name: command.get_command(asked, name) for name in command.list_commands(asked)}
    return {name: each for name, each in found.items() if each is not None}


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=typed)
