"""Compilation of changed translation catalogues."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_changed(folder: Path) -> None:
    """Compile each changed messages.po to messages.mo, which is replaced atomically."""
    for source in folder.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    draft = target.with_suffix(f".{os.getpid()}")
    with source.open("rb") as words, draft.open("wb") as compiled:
        write_mo(compiled, read_po(words, locale=source.parts[-3]))
    draft.replace(target)
