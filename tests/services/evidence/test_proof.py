"""A manifest proves what it names, and every change of it or of a file is seen."""

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.services.evidence.test_archive import archive_of, zipped
from tests.support.books import BookReader
from tests.support.standin import StandIn
from wizard.services.evidence.proof import (
    NoManifestError,
    Standing,
    check_archive,
    digest_of,
    read_manifest,
)
from wizard.services.evidence.signing import Signer


@pytest.fixture
def file(visma_app: Flask, visma: StandIn, tmp_path: Path) -> Path:
    return zipped(archive_of(BookReader.connect(visma_app, visma), "A5, A6, A12"), tmp_path)


@pytest.fixture
def signer(visma_app: Flask) -> Signer:
    found: Signer = visma_app.extensions["signer"]
    return found


def parts(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(content: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in content.items():
            made.writestr(name, data)
    return out


def test_the_file_as_it_was_fetched_holds(file: Path, signer: Signer) -> None:
    with file.open("rb") as opened:
        proof, checked, strange = check_archive(opened, signer)
    assert (proof.standing, proof.key) == (Standing.OURS, "e1")
    assert all(one.is_there and one.is_same for one in checked)
    assert len(checked) == 6
    assert strange == []
    assert (
        proof.entry_of(digest_of(io.BytesIO(parts(file)[checked[0].entry.file])))
        == checked[0].entry
    )


def test_a_changed_a_missing_and_a_strange_file_are_told(file: Path, signer: Signer) -> None:
    content = parts(file)
    first, second, *_ = content
    content[first] += b" "
    del content[second]
    content["mer.pdf"] = b"%PDF-"
    proof, checked, strange = check_archive(packed(content), signer)
    assert proof.standing is Standing.OURS
    told = {one.entry.file: (one.is_there, one.is_same) for one in checked}
    assert told[first] == (True, False)
    assert told[second] == (False, False)
    assert strange == ["mer.pdf"]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [place for key, part in value.items() for place in _places(part, (*path, key))]
    if isinstance(value, list):
        return [place for at, part in enumerate(value) for place in _places(part, (*path, at))]
    return [path]


def test_every_change_of_the_manifest_is_seen(file: Path, signer: Signer) -> None:
    original = json.loads(parts(file)["underlag.json"])
    places = _places(original["manifest"])
    assert len(places) > 60
    for place in places:
        whole = json.loads(json.dumps(original))
        *before, last = place
        thing = whole["manifest"]
        for one in before:
            thing = thing[one]
        thing[last] = f"{thing[last]}0" if place[-1] != "size" else thing[last] + 1
        try:
            standing = read_manifest(json.dumps(whole).encode(), signer).standing
        except NoManifestError:
            continue
        assert standing is Standing.ALTERED, place


def test_the_key_decides_whose_it_is(file: Path, signer: Signer) -> None:
    manifest = parts(file)["underlag.json"]
    other = Signer({"other": b"x" * 31 + b"y"})
    assert read_manifest(manifest, other).standing is Standing.UNKNOWN_KEY
    same_name = Signer({"e1": b"x" * 31 + b"y"})
    assert read_manifest(manifest, same_name).standing is Standing.ALTERED
    whole = json.loads(manifest)
    whole["signature"] = None
    assert read_manifest(json.dumps(whole).encode(), signer).standing is Standing.UNSIGNED
    relaid = json.dumps(json.loads(manifest)).encode()
    assert read_manifest(relaid, signer).standing is Standing.OURS


@given(st.binary(max_size=300))
def test_whatever_is_given_is_a_manifest_or_none(content: bytes) -> None:
    signer = Signer({})
    with pytest.raises(NoManifestError):
        read_manifest(content, signer)
    with pytest.raises(NoManifestError):
        check_archive(io.BytesIO(content), signer)


def test_a_damaged_archive_is_told_or_is_none(file: Path, signer: Signer) -> None:
    whole, dice = file.read_bytes(), random.Random(7)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(damaged))] ^= 1 + dice.randrange(255)
        try:
            proof, checked, _ = check_archive(io.BytesIO(bytes(damaged)), signer)
        except NoManifestError:
            continue
        assert proof.standing in {Standing.OURS, Standing.ALTERED}
        assert len(checked) == 6
