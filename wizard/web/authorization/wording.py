"""The words on the page with the button that gives permission: kept by version, shown as they were."""

from flask_babel import get_locale

from wizard.services.connecting import WORDING


def wording_here() -> str:
    """The version and language of the words as they are shown now: 2026-11/sv."""
    return f"{WORDING}/{get_locale()}"


def words_of(provider: str, wording: str) -> str:
    """The template with the words of a version and language; the oldest were read in Swedish."""
    version, _, language = wording.partition("/")
    return f"providers/{provider}/{language or 'sv'}/consent/{version}.html"
