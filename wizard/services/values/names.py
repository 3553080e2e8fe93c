"""Names of people, firms and companies: one line of visible text."""

from wizard.plain_text import one_line

LONGEST = 200


class NameInvalidError(ValueError):
    """The name is empty, longer than 200 characters, or has no letter or digit."""


def clean_name(text: str) -> str:
    """The name on one line, 1 to 200 characters; raises NameInvalidError.

    Invisible and bidirectional control characters are removed, so that no name imitates another.
    """
    name = one_line(text)
    if not 1 <= len(name) <= LONGEST or not any(letter.isalnum() for letter in name):
        raise NameInvalidError
    return name
