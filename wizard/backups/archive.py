"""The file of a backup: a tar of PostgreSQL's own dump and a manifest.

``tar -xf FILE database.dump`` takes the dump out, for PostgreSQL's programs without ours.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from wizard.backups.errors import BackupError

DUMP, MANIFEST = "database.dump", "manifest.json"
FORM = 1  # of the file; another one is another version's
BLOCK = tarfile.BLOCKSIZE
PIECE = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    ``keys`` are the token keys that its secrets are sealed with: by name, how many secrets, and the
    mark of the key. ``rows`` are the numbers of rows by table, ``server`` is PostgreSQL's major version.
    """

    made_at: str
    revision: str
    server: int
    keys: dict[str, tuple[int, str]]
    rows: dict[str, int]
    sha256: str = ""
    form: int = FORM


class Sink:
    """Takes a dump piece by piece; no program can go back in it, as pg_dump does in a file to note places."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.size, self.sum = file, 0, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        """Write a piece after the others."""
        self.sum.update(piece)
        self.size += len(piece)
        return self._file.write(piece)


def write(path: Path, manifest: Manifest, dump: Callable[[Sink], None]) -> None:
    """Write a backup to a path where nothing is: whole, or not at all. ``dump`` writes into what it gets."""
    if path.exists():
        raise BackupError(
            f"{path} finns redan. Ange ett annat namn: en säkerhetskopia skrivs aldrig över."
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    except OSError as error:
        raise BackupError(f"Det går inte att skriva i {path.parent}: {error.strerror}.") from None
    draft = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            _fill(file, manifest, dump)
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, never over another file
    except OSError as error:
        raise BackupError(f"{path} gick inte att skriva: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)


def _fill(file: IO[bytes], manifest: Manifest, dump: Callable[[Sink], None]) -> None:
    file.write(
        bytes(BLOCK)
    )  # the header, which says how long the dump is, follows when that is known
    sink = Sink(file)
    dump(sink)
    file.write(bytes(-sink.size % BLOCK))
    found = {**asdict(manifest), "sha256": sink.sum.hexdigest()}
    words = json.dumps(found, indent=1, sort_keys=True).encode()
    file.write(_header(MANIFEST, len(words)) + words + bytes(-len(words) % BLOCK))
    file.write(bytes(2 * BLOCK))
    file.seek(0)
    file.write(_header(DUMP, sink.size))
    file.flush()


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, IO[bytes]]]:
    """The manifest, and the dump to read from; raises BackupError unless every byte is as it was written."""
    damaged = f"{path} är ingen hel säkerhetskopia. Ta en annan."
    try:
        with tarfile.open(path, "r:") as file:
            manifest = _manifest(file)
            dump = file.extractfile(DUMP)
            if manifest.form != FORM:
                raise BackupError(
                    f"{path} är gjord av en annan version av guiden. Återställ med den versionen."
                )
            if dump is None or _sum(dump) != manifest.sha256:
                raise BackupError(damaged)
            dump.seek(0)
            yield manifest, dump
    except FileNotFoundError:
        raise BackupError(f"{path} finns inte.") from None
    except OSError as error:
        raise BackupError(f"{path} går inte att läsa: {error.strerror}.") from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError):
        raise BackupError(damaged) from None


def _manifest(file: tarfile.TarFile) -> Manifest:
    words = file.extractfile(MANIFEST)
    found = json.load(words or io.BytesIO())
    if found.get("form") != FORM:
        found = {name: found.get(name) for name in Manifest.__dataclass_fields__}
    return Manifest(**found)


def _sum(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    return found.hexdigest()
