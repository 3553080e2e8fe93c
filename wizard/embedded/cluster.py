"""The data folder: created atomically, and accessed without a server."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from wizard.embedded.errors import EmbeddedError
from wizard.embedded.place import Place

INITDB = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


@dataclass(frozen=True)
class Cluster:
    """PostgreSQL's data folder; if not `durable`, a crash of the machine may lose the data."""

    place: Place
    programs: Path
    durable: bool

    def make(self) -> None:
        """Create the data under a temporary name and rename it, so that it exists only if complete.

        The name is unique, since the initdb of a killed process may still be running.
        """
        draft = self.place.home / f"new-{token_hex(4)}"
        self._run("sh", "-c", "rm -rf new-*")
        self._initdb(draft)
        self._statements(
            draft,
            f"CREATE ROLE wizard LOGIN CREATEDB PASSWORD '{self.place.password()}'",
            "CREATE DATABASE wizard OWNER wizard",
        )
        draft.rename(self.place.data)

    def set_password(self) -> None:
        """Set the role's password to that of the file, without the earlier one; the server must be stopped."""
        statement = f"ALTER ROLE wizard PASSWORD '{self.place.password()}'"
        self._statements(self.place.data, statement)

    def _initdb(self, data: Path) -> None:
        # The superuser gets a random password that is not kept, since nobody may log in as superuser.
        # `cat` gives the account a pipe of its own, since it cannot open root's pipe by /dev/stdin.
        options: list[str | Path] = [
            *INITDB,
            "--username=postgres",
            "--pwfile=/dev/stdin",
            "--pgdata",
            data,
        ]
        if not self.durable:
            options.append("--no-sync")
        initdb = self.programs / "initdb"
        self._must("sh", "-c", 'cat | "$@"', "sh", initdb, *options, stdin=token_hex())

    def _statements(self, data: Path, *statements: str) -> None:
        """Run statements in single-user mode: no server, no log-in."""
        options: list[str | Path] = ["--single", "-D", data, "-c", "exit_on_error=true"]
        if not self.durable:
            options.append("-F")
        script = "".join(f"{statement};\n" for statement in statements)
        self._must(self.programs / "postgres", *options, "postgres", stdin=script)

    def _must(self, *command: str | Path, stdin: str = "") -> None:
        answer = self._run(*command, stdin=stdin)
        if answer.returncode != 0:
            message = f"Databasen kunde inte skapas i {self.place.home}:\n{answer.stdout.strip()}"
            raise EmbeddedError(message)

    def _run(self, *command: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return self.place.account.run(*command, cwd=self.place.home, stdin=stdin)
