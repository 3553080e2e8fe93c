"""Files for our eyes only, written whole or not at all."""

import os
import tempfile
from pathlib import Path


def give_to_owner(handle: int, folder: Path) -> None:
    """What root makes in a person's folder becomes hers, or she could not use it afterwards."""
    if os.geteuid() == 0:
        os.fchown(handle, folder.stat().st_uid, folder.stat().st_gid)


def write_private(path: Path, text: str) -> None:
    """Put `text` at `path`, mode 0600; readers and crashes meet the old file or the new one."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        give_to_owner(file.fileno(), path.parent)
    os.replace(draft, path)
