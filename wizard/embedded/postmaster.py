"""Who postmaster.pid speaks of: after a crash it may name a process long gone, or a stranger."""

import os
import subprocess
from pathlib import Path


def recorded_pid(data: Path) -> int | None:
    """The server's process by its own note, if it left one."""
    file = data / "postmaster.pid"
    if not file.exists():
        return None
    first = file.read_text("utf-8", errors="replace").partition("\n")[0].strip()
    return int(first) if first.isdigit() else None


def serves(pid: int, data: Path) -> bool:
    """Whether the process lives and is the server of this data folder."""
    folder = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self/cwd").exists():
        try:
            return os.path.samefile(folder, data)
        except OSError:
            return False
    return _is_called_postgres(pid)


def _is_called_postgres(pid: int) -> bool:
    """The most that can be asked where there is no /proc, as on macOS."""
    command = ["/bin/ps", "-o", "comm=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip().endswith("postgres")
