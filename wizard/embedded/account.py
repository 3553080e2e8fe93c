"""The user account that runs the server: ours, or an unprivileged one if we are root."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wizard.embedded.errors import EmbeddedError

# PostgreSQL refuses to run as root. `nobody` exists almost everywhere; the others are fallbacks.
UNPRIVILEGED = ("nobody", "postgres", "daemon")

# The user's own PGDATA, PGPORT or locale must not affect the server or its messages.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True)
class Account:
    """The account that owns the server's processes and files."""

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
        """Run a program to its end, with stdout and stderr merged; in its own session, safe from Ctrl-C."""
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
        """True if the account can write in the folder; the kernel decides, including ACLs and parent folders."""
        question = self.run("sh", "-c", 'cd "$1" && test -w .', "sh", folder, cwd=Path("/"))
        return question.returncode == 0

    def own(self, path: Path) -> None:
        """Change the owner of a file, or of a folder and its content, to the account."""
        if self.is_ours:
            return
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)


def account_for(home: Path) -> Account:
    """Our own account; for root, the owner of the server's folder or its parent, else `nobody`."""
    if os.geteuid() != 0:
        return _ourselves(home)
    for entry in (*_owners(home), *_unprivileged()):
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    message = f"PostgreSQL får inte köras som root, och inget av kontona {UNPRIVILEGED} finns."
    raise EmbeddedError(message)


def _owners(home: Path) -> Iterator[pwd.struct_passwd]:
    """Candidates with a name, since initdb refuses a user without one."""
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
