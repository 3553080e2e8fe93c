"""What people write into others' letters and pages: refused with the word that it stumbled over."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext
from wtforms import Field
from wtforms.validators import ValidationError

from wizard.plain_text import one_line
from wizard.services.values.own_words import AddressInWordsError, HiddenCharacterError


@contextmanager
def fairly(field: Field) -> Iterator[None]:
    """Turn what the filter refuses into the field's error; the words stay in the field.

    Characters that are not seen cannot be looked for: they are taken away, and the reader is told.
    """
    try:
        yield
    except AddressInWordsError as error:
        raise ValidationError(
            gettext(
                "Leave out web and mail addresses: %(found)s. If it is no address, put a space after the full stop.",
                found=error.found,
            )
        ) from None
    except HiddenCharacterError:
        field.data = one_line(field.data)
        raise ValidationError(
            gettext(
                "There were characters that cannot be seen, which turn the text around. They are gone now. Read the text and try again."
            )
        ) from None


def as_written(field: Field) -> str:
    """What was sent, before the field's filters took away what takes no room."""
    return str(field.raw_data[0]) if field.raw_data else field.data or ""
