"""What a manifest proves: whether we signed it, and whether files are those that it names.

No hash is kept with us. A file without its manifest cannot be judged.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO, Any

from wizard.services.evidence.manifest import FORMAT, JSON_NAME
from wizard.services.evidence.signing import ALGORITHM, Signature, Signer

LARGEST_MANIFEST = 4 * 1024 * 1024
PIECE = 1024 * 1024


class Standing(StrEnum):
    """What is known of a manifest's signature."""

    OURS = "ours"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    UNSIGNED = "unsigned"


class NoManifestError(ValueError):
    """The file is no manifest of a sample, or holds none."""


@dataclass(frozen=True)
class Entry:
    """A document as the manifest names it."""

    file: str
    voucher: str
    size: int
    sha256: str
    fetched_at: datetime


@dataclass(frozen=True)
class Proof:
    """A manifest that has been read; what it says is worth something only if it is ours."""

    standing: Standing
    key: str
    company: str
    organisation_number: str
    provider: str
    consent: str
    by: str
    began: datetime
    entries: tuple[Entry, ...]

    def entry_of(self, sha256: str) -> Entry | None:
        """The document with this content, if the manifest names it."""
        return next((one for one in self.entries if one.sha256 == sha256), None)


@dataclass(frozen=True)
class Checked:
    """A document of the manifest in a ZIP file: whether it is there, and is the one that was fetched."""

    entry: Entry
    is_there: bool
    is_same: bool


def read_manifest(content: bytes, signer: Signer) -> Proof:
    """Read a manifest and judge its signature; raises NoManifestError."""
    if len(content) > LARGEST_MANIFEST:
        raise NoManifestError
    try:
        whole = json.loads(content.decode("utf-8-sig"))
        found = whole["manifest"]
        if found["format"] != FORMAT:
            raise NoManifestError
        return _proof(found, whole.get("signature"), signer)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoManifestError from None


def check_archive(file: IO[bytes], signer: Signer) -> tuple[Proof, list[Checked], list[str]]:
    """Judge the ZIP file of a sample: its manifest, each document, and names that the manifest does not know.

    Raises NoManifestError. No more is read of a document than the manifest says that it has.
    """
    try:
        with zipfile.ZipFile(file) as opened:
            names = {info.filename: info for info in opened.infolist()}
            if JSON_NAME not in names or names[JSON_NAME].file_size > LARGEST_MANIFEST:
                raise NoManifestError
            proof = read_manifest(opened.read(JSON_NAME), signer)
            checked = [
                Checked(one, one.file in names, one.file in names and _is_same(opened, one))
                for one in proof.entries
            ]
    except NoManifestError:
        raise
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        zlib.error,
    ):
        raise NoManifestError from None
    known = {one.file for one in proof.entries}
    return proof, checked, [name for name in names if name not in known and not _is_ours(name)]


def digest_of(file: IO[bytes]) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    return digest.hexdigest()


def _is_same(opened: zipfile.ZipFile, entry: Entry) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with opened.open(entry.file) as file:
            for piece in _pieces(file):
                size += len(piece)
                if size > entry.size:
                    return False
                digest.update(piece)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, zlib.error):
        return False
    return size == entry.size and digest.hexdigest() == entry.sha256


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _is_ours(name: str) -> bool:
    return name in {JSON_NAME, "underlag.csv", "saknas.txt"}


def _proof(found: dict[str, Any], signed: Any, signer: Signer) -> Proof:
    standing, key = _standing(found, signed, signer)
    return Proof(
        standing,
        key,
        str(found["company"]["name"]),
        str(found["company"]["organisation_number"]),
        str(found["provider"]),
        str(found["consent"]["number"]),
        str(found["fetched_by"]["name"]),
        datetime.fromisoformat(found["began"]),
        tuple(
            Entry(
                str(one["file"]),
                str(one["voucher"]["label"]),
                int(one["size"]),
                str(one["sha256"]),
                datetime.fromisoformat(one["fetched_at"]),
            )
            for one in found["documents"]
        ),
    )


def _standing(found: dict[str, Any], signed: Any, signer: Signer) -> tuple[Standing, str]:
    if not signed:
        return Standing.UNSIGNED, ""
    signature = Signature(str(signed["key"]), str(signed["value"]))
    if signed["algorithm"] != ALGORITHM or not signer.knows(signature.key):
        return Standing.UNKNOWN_KEY, signature.key
    is_ours = signer.is_ours(found, signature)
    return (Standing.OURS if is_ours else Standing.ALTERED), signature.key
