"""Reading of postmaster.pid, which after a crash may name a dead or an unrelated process."""

import os
import subprocess
from pathlib import Path


def runs(data: Path) -> bool:
    """True if the process in postmaster.pid is alive and the server of this data folder."""
    pid = _noted_pid(data / "postmaster.pid")
    if pid is None:
        return False
    if not Path("/proc/self/cwd").exists():
        return _is_called_postgres(pid)
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return False


def _noted_pid(note: Path) -> int | None:
    if not note.exists():
        return None
    first = note.read_text("utf-8", errors="replace").partition("\n")[0].strip()
    return int(first) if first.isdigit() else None


def _is_called_postgres(pid: int) -> bool:
    """True if the process is named postgres; all that can be checked without /proc, as on macOS."""
    command = ["/bin/ps", "-o", "comm=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip().endswith("postgres")
