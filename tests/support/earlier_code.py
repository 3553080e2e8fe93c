"""The code of the last release, from git, as programs beside ours on the same database."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from tests.conftest import SETTINGS
from wizard.config import ROOT

RECORD = ROOT / "docs/deploy/last-release"  # its tag, and the commit for clones without tags


def last_release() -> str:
    """The commit of the last release: of its tag, or as recorded where tags were not fetched."""
    tag, commit = RECORD.read_text().split()
    found = _commit(f"refs/tags/{tag}") or _commit(commit)
    assert found, (
        f"The code of {tag} ({commit}) is not in this clone, so that nothing is known of upgrades from it. "
        "Fetch it: git fetch --tags --unshallow"
    )
    return found


def unpack(commit: str, folder: Path) -> None:
    """The code of a commit, with its catalogues compiled."""
    packed = subprocess.run(
        ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True
    )
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    words = ("-m", "babel.messages.frontend", "-q", "compile", "-d", "translations")
    subprocess.run([sys.executable, *words], cwd=folder, check=True)


@contextmanager
def program(
    folder: Path, words: Sequence[str], log: Path, **settings: object
) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m …` of the code in the folder, with these settings; killed in the end if it still runs."""
    given = {**SETTINGS, "log_level": "INFO", **settings}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    ours = {f"WIZARD_{name.upper()}": str(value) for name, value in given.items()}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=folder,
            env=kept | ours,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _commit(name: str) -> str:
    """Empty where there is none."""
    words = ["git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
