"""Templates as byte code, which is kept in the folder where Python keeps that of this module.

To parse and compile the templates of a process's first pages took half a second and left memory that
nothing else came to fill. As for modules, it is written when it is first made, where Python writes any;
`flask templates compile` writes all of it, for a service that may not write. What was made of another
text than the template now has is made anew.
"""

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

READABLE = 0o644
NOT_OF_PAGES = ("letters/", "sandbox/")  # which have environments of their own


class TemplateCode(FileSystemBytecodeCache):
    """The byte code of templates; read where it is, written as far as that is wanted and can be done."""

    def __init__(self) -> None:
        super().__init__(str(_folder()))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made of one template."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


def compile_all(environment: Environment) -> int:
    """Make the byte code of all pages anew, for everybody to read; how many templates. Raises OSError."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    kept = FileSystemBytecodeCache(str(folder))
    kept.clear()
    environment.bytecode_cache = kept
    names = [
        name for name in environment.list_templates(["html"]) if not name.startswith(NOT_OF_PAGES)
    ]
    for name in names:
        environment.get_template(name)
    for path in folder.glob(kept.pattern % "*"):
        path.chmod(READABLE)
    return len(names)


def _folder() -> Path:
    return Path(cache_from_source(__file__)).parent
