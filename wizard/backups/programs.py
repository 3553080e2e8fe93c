"""PostgreSQL's programs for backups: those of the installed wheel, or those in PATH, not older than the server."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg import pq
from sqlalchemy import URL

from wizard.backups.archive import PIECE, Sink
from wizard.backups.errors import BackupError
from wizard.embedded import EmbeddedError
from wizard.embedded.programs import installations

LONGEST = 400  # characters of what a program says when it fails
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True)
class Programs:
    """``pg_dump`` and ``pg_restore`` of one folder, to be run against one database."""

    folder: Path
    url: URL

    def dump(self, snapshot: str, into: Sink) -> None:
        """Write the whole database, as it was at the snapshot. Raises BackupError."""
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
        self._run("pg_dump", *options, f"--dbname={self.url.database}", into=into)

    def restore(self, dump: IO[bytes]) -> None:
        """Restore a dump into the empty database: all of it, or nothing. Raises BackupError."""
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        self._run("pg_restore", *options, f"--dbname={self.url.database}", source=dump)

    def read_through(self, dump: IO[bytes]) -> None:
        """Take every row of a dump apart, and throw it away. Raises BackupError."""
        self._run("pg_restore", "--file=/dev/null", source=dump)

    def _run(
        self, program: str, *options: str, source: IO[bytes] | None = None, into: Sink | None = None
    ) -> None:
        """With the password in the environment, where nobody who lists processes sees it."""
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program, without a shell
                [str(self.folder / program), "--no-password", *options],
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **_environment(self.url)},
                stdin=subprocess.PIPE if source else subprocess.DEVNULL,
                stdout=subprocess.PIPE if into else subprocess.DEVNULL,
                stderr=said,
            ) as process,
        ):
            if source and process.stdin:
                with suppress(BrokenPipeError):  # it has ended, and says why
                    shutil.copyfileobj(source, process.stdin, PIECE)
                    process.stdin.close()
            if into and process.stdout:
                shutil.copyfileobj(process.stdout, into, PIECE)
            if process.wait():
                said.seek(0)
                last = " ".join(said.read().decode(errors="replace").split())[-LONGEST:]
                raise BackupError(f"{program} kunde inte göra klart: {last}")


def find(url: URL, server: int) -> Programs:
    """The programs for this server, whose major version is ``server``. Raises BackupError."""
    seen = []
    for folder in _folders():
        version = _version(folder)
        if version is not None and version >= server:
            return Programs(folder, url)
        seen += [version] if version else []
    there = f"här finns {', '.join(map(str, seen))}" if seen else "här finns inga"
    raise BackupError(
        f"Databasen är PostgreSQL {server}, och det kräver pg_dump och pg_restore som inte är äldre: "
        f"{there}. På Debian: apt install postgresql-client-{server}."
    )


def _folders() -> Iterator[Path]:
    with suppress(EmbeddedError):  # the wheel is not installed
        yield from installations()
    found = shutil.which("pg_dump")
    if found:
        yield Path(found).parent


def _version(folder: Path) -> int | None:
    """The lower of the two programs' major versions; None where one is missing or cannot be run."""
    found = []
    for program in ("pg_dump", "pg_restore"):
        try:
            said = subprocess.run(  # noqa: S603 -- PostgreSQL's own program
                [folder / program, "--version"], capture_output=True, text=True, check=False
            ).stdout
        except OSError:
            return None
        known = VERSION.search(said)
        if known is None:
            return None
        found.append(int(known[1]))
    return min(found)


def _environment(url: URL) -> dict[str, str]:
    """The address as libpq's variables."""
    given = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    return {names[key]: str(value) for key, value in given.items() if key in names}
