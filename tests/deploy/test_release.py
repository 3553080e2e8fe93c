"""What a release says that it consists of: every package that is installed, by name, version and hash."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.support import earlier_code
from wizard.config import ROOT

PINS = (ROOT / "requirements.txt").read_text()
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def _bom() -> str:
    words = [sys.executable, ROOT / ".ci/sbom", VERSION]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_every_pin_is_a_component_with_its_hashes() -> None:
    found = json.loads(_bom())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    named = {(one["name"], one["version"]) for one in found["components"]}
    assert named == set(re.findall(r"^([\w.-]+)==([^\s;]+)", PINS, re.MULTILINE))
    hashes = [digest["content"] for one in found["components"] for digest in one["hashes"]]
    assert len(hashes) == PINS.count("--hash=sha256:")
    assert all(one["hashes"] for one in found["components"])
    refs = {one["bom-ref"] for one in found["components"]}
    assert len(refs) == len(found["components"])
    assert set(found["dependencies"][0]["dependsOn"]) == refs


def test_what_is_installed_here_is_among_them() -> None:
    plain = {one["purl"] for one in json.loads(_bom())["components"]}
    here = {
        f"pkg:pypi/{re.sub(r'[-_.]+', '-', one.name).lower()}@{one.version}"
        for one in distributions()
    }
    for name in ("flask", "sqlalchemy", "psycopg", "cryptography"):
        mine = {one for one in here if one.startswith(f"pkg:pypi/{name}@")}
        assert mine
        assert mine <= plain


def test_the_same_release_gives_the_same_bytes() -> None:
    assert _bom() == _bom()


def test_a_release_without_its_tag_is_refused_with_a_sentence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    done = subprocess.run(
        [tmp_path / ".ci/release"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == f"Taggen v{VERSION} saknas: git tag -s v{VERSION}\n"
    assert not (tmp_path / "dist").exists()


def test_code_that_is_not_in_the_clone_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_code, "_commit", lambda _: "")
    with pytest.raises(AssertionError, match="git fetch --tags --unshallow"):
        earlier_code.last_release()
