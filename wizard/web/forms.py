"""What all forms share: protected against forgery, and texts that wait for the reader's language."""

from functools import cache
from typing import Any, cast

from flask_babel import get_locale, lazy_gettext
from flask_wtf import FlaskForm
from wtforms.i18n import get_translations


class Form(FlaskForm):
    """A form of ours: FlaskForm with types."""

    class Meta(FlaskForm.Meta):
        """Unlike Flask-WTF's, it does not read WTForms' own messages from the disk for every form."""

        def get_translations(self, form: object) -> Any:  # noqa: ARG002 -- wtforms hands it over
            """WTForms' own messages in the page's language."""
            return _built_in(str(get_locale()))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether it was sent, and nothing is wrong with it."""
        return bool(super().validate_on_submit(extra_validators))


def lazy(message: str) -> str:
    """A message that is looked up in the catalogue when it is shown."""
    return cast("str", lazy_gettext(message))


@cache
def _built_in(language: str) -> Any:
    return get_translations([language])
