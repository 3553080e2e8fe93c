"""README and docs/ as data for tests: commands, code spans, links and prose."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from wizard.config import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Paper:
    """A Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its path from the root."""
        return str(self.path.relative_to(ROOT))

    @property
    def prose(self) -> str:
        """The text without code blocks."""
        return FENCE.sub("", self.text)

    @property
    def spans(self) -> list[str]:
        """The code spans in the text."""
        return SPAN.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub generates them."""
        return {anchor(heading) for heading in HEADING.findall(self.prose)}

    @property
    def links(self) -> list[tuple[Path, str]]:
        """Links to files in the project: the file, and the anchor or an empty string."""
        found = []
        for target in LINK.findall(self.prose):
            if "://" not in target:
                path, _, heading = unquote(target).partition("#")
                found.append(((self.path.parent / path).resolve() if path else self.path, heading))
        return found

    def program(self, number: int) -> str:
        """The Python code block with this number, from 0."""
        blocks: list[tuple[str, str]] = FENCE.findall(self.text)
        return [code for language, code in blocks if language == "python"][number]

    def commands(self, first: str) -> list[list[str]]:
        """The arguments of each command that begins with this program, without comments."""
        blocks = [code for language, code in FENCE.findall(self.text) if not language]
        lines = [*self.spans, *(line for code in blocks for line in code.splitlines())]
        begun = [line for line in lines if line == first or line.startswith(f"{first} ")]
        return [shlex.split(line, comments=True)[len(first.split()) :] for line in begun]


def anchor(heading: str) -> str:
    """A heading's anchor: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def paper(name: str) -> Paper:
    """The file at this path from the root."""
    return Paper(ROOT / name, (ROOT / name).read_text())


def papers() -> list[Paper]:
    """All files, README first."""
    rest = sorted((ROOT / "docs").rglob("*.md"))
    return [paper(str(path.relative_to(ROOT))) for path in (ROOT / "README.md", *rest)]
