"""Who postmaster.pid speaks of: after a crash it may name a process long gone, or a stranger."""

import os
import subprocess
from pathlib import Path


def runs(data: Path) -> bool:
    """Whether the process that the note names lives and is the server of this data folder."""
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
    """The most that can be asked where there is no /proc, as on macOS."""
    command = ["/bin/ps", "-o", "comm=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip().endswith("postgres")
