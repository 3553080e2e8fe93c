"""Libraries that are loaded late: whole when they are used, by many at once too, and missed at once."""

import subprocess
import sys
from pathlib import Path

import pytest

from wizard.late import LIBRARIES

USE = """
import importlib, sys
from types import ModuleType
from wizard.late import LIBRARIES
for name in LIBRARIES:
    module = importlib.import_module(name)
    late = type(module) is not ModuleType
    dir(module)
    print(name, late, type(module) is ModuleType, module.__loader__ is module.__spec__.loader)
"""
# It takes a moment to load, and shows each half of it before the other is there.
SLOW = "import threading\nfirst = 1\nthreading.Event().wait(0.05)\nsecond = first + 1\n"
TOGETHER = """
import threading
from concurrent.futures import ThreadPoolExecutor
import wizard.late
wizard.late.LIBRARIES["slow"] = "it is tried"
import slow
start = threading.Barrier(16)
def use(number):
    start.wait()
    return (slow.first, slow.second) if number % 2 else (slow.second - 1, slow.first + 1)
with ThreadPoolExecutor(16) as threads:
    print(set(threads.map(use, range(16))))
"""
BROKEN = """
import wizard.late
wizard.late.LIBRARIES["slow"] = "it is tried"
import slow
for _ in range(2):
    try:
        slow.first
    except ZeroDivisionError as error:
        print(error)
"""
PART = """
import sys
import wizard.late
wizard.late.LIBRARIES["package"] = "it is tried"
import package
from package.part import Name
print("package.other" in sys.modules, package.Name is Name, package.part.Name is Name)
print("package.other" in sys.modules, sys.modules["package.part"].Name is Name)
"""
MISSING = """
import wizard.late
wizard.late.LIBRARIES["nowhere"] = "it is tried"
try:
    import nowhere
except ModuleNotFoundError as error:
    print(error)
"""


def _run(program: str, folder: Path) -> str:
    """What it prints; imports what stands in the folder."""
    begun = f"import sys; sys.path.append({str(folder)!r})\n{program}"
    done = subprocess.run([sys.executable, "-c", begun], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_each_is_late_and_then_an_ordinary_module(tmp_path: Path) -> None:
    said = [line.split() for line in _run(USE, tmp_path).splitlines()]
    assert [name for name, *_ in said] == list(LIBRARIES)
    assert {tuple(rest) for _, *rest in said} == {("True", "True", "True")}


@pytest.mark.parametrize("_time", range(3))
def test_many_threads_at_once_find_it_whole(tmp_path: Path, _time: int) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    assert _run(TOGETHER, tmp_path) == "{(1, 2)}"


def test_one_that_breaks_says_so_each_time(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("1 / 0\n")
    assert _run(BROKEN, tmp_path).splitlines() == ["division by zero"] * 2


def test_a_part_is_loaded_alone_and_once(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text(
        "from . import other\nfrom .part import Name\n"
    )
    (tmp_path / "package" / "other.py").write_text("")
    (tmp_path / "package" / "part.py").write_text("class Name: pass\n")
    assert _run(PART, tmp_path).splitlines() == ["False True True", "True True"]


def test_one_that_is_missing_is_missed_when_it_is_imported(tmp_path: Path) -> None:
    assert _run(MISSING, tmp_path) == "No module named 'nowhere'"
