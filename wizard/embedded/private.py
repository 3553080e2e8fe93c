"""Private files (mode 0600), written atomically."""

import os
import tempfile
from pathlib import Path


def give_to_owner(handle: int, folder: Path) -> None:
    """If we are root, give the file to the folder's owner, who could not use it otherwise."""
    if os.geteuid() == 0:
        os.fchown(handle, folder.stat().st_uid, folder.stat().st_gid)


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` atomically, with mode 0600."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        give_to_owner(file.fileno(), path.parent)
    os.replace(draft, path)
