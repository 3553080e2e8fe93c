"""What a process loads: what it uses, and none of it is looked through for garbage on the way."""

import subprocess
import sys
from importlib.util import find_spec

from wizard.cli import COMMANDS
from wizard.late import LIBRARIES

# Of migrations, of the worker, of drawn pictures, of the demo, and of libraries that wait to be used
# (`wizard.late`): nothing of this answers a common page.
OTHERS = {
    "PIL._imaging",
    "alembic",
    "cbor2",
    "mako",
    "procrastinate",
    "psycopg_pool",
    "pyasn1",
    "rapidfuzz.fuzz",
    "segno.encoder",
    "snowballstemmer.serbian_stemmer",
    "typst._typst",
    "webauthn.registration",
    "wizard.backups",
    "wizard.demo",
    "wizard.jobs",
    "wizard.pictures.draw",
    "wizard.postbox",
    "wizard.sandbox",
}
LOADED = """
import gc, sys, wizard
from types import ModuleType
print(*sys.modules)
print(*(name for name in wizard.late.LIBRARIES if type(sys.modules[name]) is not ModuleType))
print(gc.isenabled(), gc.get_freeze_count())
"""


def test_a_web_process_loads_nothing_that_only_commands_and_the_worker_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    modules, late, collector = done.stdout.splitlines()
    loaded = set(modules.split())
    assert "wizard.web" in loaded
    assert not OTHERS & loaded
    assert not set(COMMANDS.values()) & loaded
    assert late.split() == list(LIBRARIES)  # imported, and waiting
    enabled, frozen = collector.split()
    assert enabled == "True"
    assert int(frozen) > 100_000


def test_what_is_not_to_be_loaded_is_there_to_be_loaded() -> None:
    assert [name for name in sorted(OTHERS) if find_spec(name) is None] == []
