"""Commands for the translation catalogues."""

from babel.messages.frontend import CommandLineInterface

from wizard.cli.groups import Commands
from wizard.config import ROOT

translations = Commands("translations", help="The catalogues of words.", any_schema=True)

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
    """Extract the messages from the code and update every catalogue."""
    _extract()
    _pybabel("update", *UPDATE, SAME_WHENEVER)


@translations.command("compile")
def compile_() -> None:
    """Compile the catalogues for use."""
    _pybabel("compile", "-d", str(CATALOGUES))


@translations.command()
def check() -> None:
    """Exit 1 if a catalogue lacks a message or has an unused one."""
    _extract()
    _pybabel("update", *UPDATE, SAME_WHENEVER, "--check")


def _extract() -> None:
    _pybabel("extract", *EXTRACT, "--sort-output", str(ROOT))


def _pybabel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "-q", *arguments])  # type: ignore[no-untyped-call]
