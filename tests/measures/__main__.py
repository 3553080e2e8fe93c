"""Runs a measure by its name: `python -m tests.measures kills --rounds 200`."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
MEASURES = sorted(
    path.stem
    for path in HERE.iterdir()
    if not path.name.startswith("test_")
    and (
        (path.is_dir() and (path / "__main__.py").exists())
        or (path.suffix == ".py" and path != Path(__file__) and "__main__" in path.read_text())
    )
)


def main() -> None:
    """Run the measure in the first argument, with the other arguments."""
    if len(sys.argv) < 2 or sys.argv[1] not in MEASURES:
        sys.exit(f"usage: python -m tests.measures NAME, one of: {', '.join(MEASURES)}")
    name = sys.argv.pop(1)
    sys.argv[0] = f"python -m tests.measures {name}"
    runpy.run_module(f"tests.measures.{name}", run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
