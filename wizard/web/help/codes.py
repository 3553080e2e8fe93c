"""The follow-along code, when somebody types it into the help's search."""

import re

from wizard.models import CODE_LENGTH
from wizard.models.base import READABLE

CODE = re.compile(
    rf"(?:kod(?:en)?|code)?[\s:]*((?:[{READABLE}][\s-]?){{{CODE_LENGTH}}})", re.IGNORECASE
)


def code_in(query: str, *, found: bool) -> str:
    """The code in capitals if the query is one, else nothing; no code is looked up.

    Letters alone may as well be a word: they are a code in capitals, or if no help was ``found``.
    """
    match = CODE.fullmatch(query.strip())
    if not match:
        return ""
    code = re.sub(r"[\s-]", "", match[1])
    mixed = any(letter.isdigit() for letter in code) and not code.isdigit()
    letters = code.isalpha() and (code.isupper() or not found)
    return code.upper() if mixed or letters else ""
