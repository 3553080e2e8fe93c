"""Why a password is refused, in words that say what to choose instead."""

from flask_babel import gettext

from wizard.services.crypto.passwords import (
    LONGEST,
    SHORTEST,
    PasswordLengthError,
    PasswordOwnWordsError,
    PasswordPatternError,
    PasswordRefusedError,
)


def why(error: PasswordRefusedError) -> str:
    """A sentence for the password's field."""
    if isinstance(error, PasswordLengthError):
        return gettext(
            "A password has %(shortest)s to %(longest)s characters.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if isinstance(error, PasswordOwnWordsError):
        return gettext(
            "The password is too like your name, your address or your firm. Write some other words."
        )
    if isinstance(error, PasswordPatternError):
        return gettext(
            "The password is a repeat, a row of keys or a date. Write some words that do not belong together."
        )
    return gettext(
        "The password is one of those that are guessed first. Write some words that do not belong together."
    )
