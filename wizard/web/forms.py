"""What all forms share: protected against forgery, and texts that wait for the reader's language."""

from typing import Any, cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm


class Form(FlaskForm):
    """A form of ours: FlaskForm with types."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether it was sent, and nothing is wrong with it."""
        return bool(super().validate_on_submit(extra_validators))


def lazy(message: str) -> str:
    """A message that is looked up in the catalogue when it is shown."""
    return cast("str", lazy_gettext(message))
