"""Every command that changes something writes to the audit trail, with its own name."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.running import CONTACT, commands_of, run
from tests.support.cast import Cast
from wizard.models import AuditActor, AuditEntry
from wizard.services.api import api_keys

NUMBER = "5567037485"
FIRM = "--firm=Byrån AB"
# Each with what it takes, in the order in which they are run.
CHANGING = {
    "backup create": (),  # the path of a file
    "company create": (f"--organisation-number={NUMBER}", "--name=Bageriet AB", FIRM),
    "company import": (FIRM,),
    "firm create": ("--name=Nya Byrån AB", *CONTACT),
    "invitation create": (f"--organisation-number={NUMBER}", "--name=Bageriet AB", FIRM),
    "invitation mended": (),
    "key create": (FIRM, "--name=Analys"),
    "key revoke": (),  # the id of a key
    "keys rotate": (),
    "user create": ("--email=ny@example.com", "--name=Ny Person", "--role=support"),
    "user invite": ("--email=nina@example.com", "--name=Nina Ny", "--role=support"),
    "user set-role": ("--email=ny@example.com", "--role=admin"),
    "user set-password": ("--email=ny@example.com",),
    "user reset-password": ("--email=ny@example.com",),
    "user reset-second-factor": ("--email=ny@example.com",),
    "user sign-out": ("--email=olga@example.com",),
    "user deactivate": ("--email=ny@example.com",),
    "user activate": ("--email=ny@example.com",),
    "webhook create": (FIRM, "--url=https://example.com/hook?code=hemlig", "--description=Analys"),
}
# What changes nothing that a person or a firm has here, or is told of elsewhere.
OTHER = {
    "backup hold": "lets nobody in, and changes nothing",
    "backup restore": "there is nothing before it, and the trail of the backup after it",
    "backup take-over": "only of a copy: tests/backups/test_restore.py",
    "connection check": "the history of each company tells what was found",
    "doctor": "reads, and sends a letter without content to whom its sender names",
    "firm logo": "as on its page, which is tried in tests/web/test_races.py",
    "firm passwords": "needs a provider: tests/services/accounts/test_identity_providers.py",
    "identity-provider create": "needs a provider's metadata: tests/cli/test_identity_provider.py",
    "identity-provider end": "needs a provider: tests/services/accounts/test_identity_providers.py",
    "jobs work": "the system's own work",
    "mail test": "sends a letter without content to whom its sender names",
    "webhook test": "the receiver's log shows it",
}
READING = {"list", "verify", "status", "check", "current", "history", "heads", "show", "stamp"}
ABOUT_CODE = {"pictures", "templates", "translations", "db", "routes", "run", "shell"}


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """The names of all commands in a group, such as ``key create``."""
    for name, command in commands_of(group).items():
        full = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, full)
        else:
            yield full


def test_every_command_is_known_to_change_something_or_not(app: Flask) -> None:
    assert {*CHANGING, *OTHER} <= set(commands(app.cli))
    left = {
        name
        for name in commands(app.cli)
        if name not in CHANGING
        and name not in OTHER
        and name.split()[0] not in ABOUT_CODE
        and name.split()[-1] not in READING
    }
    assert not left


def test_every_command_that_changes_something_names_itself(
    make_app: Callable[..., Flask], session: Session, cast: Cast, tmp_path: Path
) -> None:
    app = make_app(
        smtp_host="127.0.0.1", mail_sender="guiden@example.com"
    )  # letters wait in the outbox
    silent = []
    for name, options in CHANGING.items():
        arguments = options
        if name == "backup create":
            arguments = (str(tmp_path / "backup"),)
        if name == "company import":
            (tmp_path / "lines.csv").write_text("5560360793;Volvo\n")
            arguments = (str(tmp_path / "lines.csv"), *options)
        if name == "key revoke":
            arguments = (api_keys.create(session, cast.firm, "Annan", None).key.public_id,)
        before = set(session.scalars(select(AuditEntry.id)))
        done = run(app, *name.split(), *arguments)
        assert done.exit_code == 0, (name, done.output)
        session.rollback()
        new = [one for one in session.scalars(select(AuditEntry)) if one.id not in before]
        if not any(
            one.actor is AuditActor.COMMAND and one.actor_name.endswith(name) for one in new
        ):
            silent.append(name)
        assert "hemlig" not in str([(one.before, one.after) for one in new])
    assert not silent
