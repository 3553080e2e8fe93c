"""Runs commands as at a terminal."""

from click.testing import Result
from flask import Flask

CONTACT = (
    "--contact-name=Britta Berg",
    "--contact-email=britta@example.com",
    "--contact-phone=08-123 45 67",
)


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=typed)
