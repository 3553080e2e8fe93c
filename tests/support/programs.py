"""Web server and worker as programs of their own, on a given database."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import SETTINGS
from wizard.config import ROOT

WORKER = ("flask", "jobs", "work")


@contextmanager
def program(
    words: Sequence[str], log: Path, folder: Path = ROOT, /, **settings: object
) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m …` of the code in the folder, with these settings; killed in the end if it still runs."""
    given = {**SETTINGS, "log_level": "INFO", **settings}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    ours = {f"WIZARD_{name.upper()}": str(value) for name, value in given.items()}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=folder,
            env=kept | ours,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def web(port: int, threads: int) -> list[str]:
    """The words of a web server with one process."""
    options = f"--worker-class gthread --workers 1 --threads {threads} --no-control-socket"
    return ["gunicorn", *options.split(), "--bind", f"127.0.0.1:{port}", "wsgi:app"]
