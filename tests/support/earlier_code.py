"""The code of the last release, from git, as programs beside ours on the same database."""

import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

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


def _commit(name: str) -> str:
    """Empty where there is none."""
    words = ["git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
