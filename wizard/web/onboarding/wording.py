"""The versioned texts of the approve page, so that a receipt shows what the approver read."""

from flask_babel import get_locale

from wizard.services.authorizations.promotion import WORDING


def wording_here() -> str:
    """The current version and language, such as 2026-11/sv."""
    return f"{WORDING}/{get_locale()}"


def words_of(provider: str, wording: str) -> str:
    """The template of a version and language; records without a language were read in Swedish."""
    version, _, language = wording.partition("/")
    return f"providers/{provider}/{language or 'sv'}/consent/{version}.html"
