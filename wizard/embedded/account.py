"""The account the server runs as: our own, or an unprivileged one when we are root."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wizard.embedded.errors import EmbeddedError

# PostgreSQL refuses root. `nobody` exists everywhere and may do nothing else; the others stand in.
UNPRIVILEGED = ("nobody", "postgres", "daemon")

# A person's own PGDATA, PGPORT or language must reach neither the server nor what it answers.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True)
class Account:
    """Whose processes and files the server's are."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def run(
        self, *command: str | Path, cwd: Path, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end, output and errors together; in its own session, where no Ctrl-C comes."""
        return subprocess.run(  # noqa: S603 - our own programs, no shell
            [str(word) for word in command],
            cwd=cwd,
            input=stdin,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            user=None if self.is_ours else self.uid,
            group=None if self.is_ours else self.gid,
            extra_groups=None if self.is_ours else [],
            umask=0o077,
            start_new_session=True,
            check=False,
        )

    def can_write_in(self, folder: Path) -> bool:
        """Asked of the kernel, so that every folder on the way and access lists count."""
        question = self.run("sh", "-c", 'cd "$1" && test -w .', "sh", folder, cwd=Path("/"))
        return question.returncode == 0

    def own(self, path: Path) -> None:
        """Give the file, or the folder with all in it, to the account."""
        if self.is_ours:
            return
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)


def account_for(home: Path) -> Account:
    """Us; for root, who owns the server's folder or the one around it, or else nobody."""
    if os.geteuid() != 0:
        return _ourselves(home)
    for entry in (*_owners(home), *_unprivileged()):
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    message = f"PostgreSQL får inte köras som root, och inget av kontona {UNPRIVILEGED} finns."
    raise EmbeddedError(message)


def _owners(home: Path) -> Iterator[pwd.struct_passwd]:
    """Known ones: initdb refuses a user that the machine has no name for."""
    for folder in (home, home.parent):
        if folder.exists():
            with suppress(KeyError):
                yield pwd.getpwuid(folder.stat().st_uid)


def _unprivileged() -> Iterator[pwd.struct_passwd]:
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            yield pwd.getpwnam(name)


def _ourselves(home: Path) -> Account:
    us = Account(os.geteuid(), os.getegid())
    if home.exists() and home.stat().st_uid != us.uid:
        owner = Account(home.stat().st_uid, home.stat().st_gid).name
        message = (
            f"Databasen i {home} tillhör kontot {owner}. "
            "Kör med samma användare som förra gången, eller som root."
        )
        raise EmbeddedError(message)
    return us
