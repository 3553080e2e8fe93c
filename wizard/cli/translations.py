"""The catalogues of words."""

from babel.messages.frontend import CommandLineInterface
from flask.cli import AppGroup

from wizard.config import ROOT

translations = AppGroup("translations", help="The catalogues of words.")

CATALOGUES = ROOT / "translations"
TEMPLATE = str(CATALOGUES / "messages.pot")
MAPPING = str(CATALOGUES / "babel.cfg")
EXTRACT = (
    "-F",
    MAPPING,
    "-o",
    TEMPLATE,
    "-k",
    "lazy",
    "-k",
    "marked",
    "--no-location",
    "--omit-header",
)
UPDATE = ("-i", TEMPLATE, "-d", str(CATALOGUES), "--no-fuzzy-matching", "--ignore-obsolete")
SAME_WHENEVER = "--ignore-pot-creation-date"


@translations.command()
def update() -> None:
    """Gather the messages from the code and bring every catalogue up to date."""
    _extract()
    _pybabel("update", *UPDATE, SAME_WHENEVER)


@translations.command("compile")
def compile_() -> None:
    """Compile the catalogues for use."""
    _pybabel("compile", "-d", str(CATALOGUES))


@translations.command()
def check() -> None:
    """Fail when a catalogue misses a message or holds one that nothing uses."""
    _extract()
    _pybabel("update", *UPDATE, SAME_WHENEVER, "--check")


def _extract() -> None:
    _pybabel("extract", *EXTRACT, "--sort-output", str(ROOT))


def _pybabel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "-q", *arguments])  # type: ignore[no-untyped-call]
