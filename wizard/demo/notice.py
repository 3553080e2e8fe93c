"""Messages for the person at the terminal."""

from pathlib import Path

import click

from wizard.demo.logins import Login
from wizard.demo.plan import Plan


def tell_of_start(plan: Plan, instance: Path, logins: list[Login], link: str | None) -> None:
    """Print the addresses, the log-ins, the link to try, and how to stop."""
    _say("", "Kopplingsguiden är igång.", "")
    _say(*_table([("Kopplingsguiden", plan.public_url), *_sandbox(plan), *_postbox(plan)]), "")
    if logins:
        _say(f"Logga in på {plan.public_url}/logga-in:", "", *_table(logins), "")
    if link:
        _say(f"Prova guiden: {link}", "")
        _say("När du har godkänt i den finns det en koppling att se för dem som loggar in.", "")
    _say(f"Loggarna finns i {instance / 'logs'}. Stoppa med Ctrl-C.")


def tell_of_stop() -> None:
    _say("", "Stoppar …")


def tell_of_end() -> None:
    _say("Allt är stoppat. Det du har gjort finns kvar till nästa gång.")


def tell_of_failure(sentence: str) -> None:
    click.echo(f"\n{sentence}", err=True)


def _sandbox(plan: Plan) -> list[tuple[str, str]]:
    url = plan.settings.get("WIZARD_SANDBOX_URL") if plan.ports.sandbox else None
    return [("Övningsmiljö i stället för Visma", url)] if url else []


def _postbox(plan: Plan) -> list[tuple[str, str]]:
    port = plan.ports.postbox
    return [("Brevlåda, där alla mejl hamnar", f"http://127.0.0.1:{port}")] if port else []


def _table(rows: list[tuple[str, str]] | list[Login]) -> list[str]:
    """The rows as lines with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(line)
