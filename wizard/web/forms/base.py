"""The base class of forms, with CSRF protection and lazily translated messages."""

from functools import cache
from typing import Any, cast

from flask import flash, g
from flask_babel import get_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms.i18n import get_translations

from wizard.services.values.own_words import NOTHING, Own


class Form(FlaskForm):
    """FlaskForm with type annotations."""

    class Meta(FlaskForm.Meta):
        """Caches WTForms' own messages, which Flask-WTF reads from disk for every form."""

        def get_translations(self, form: object) -> Any:  # noqa: ARG002 -- wtforms hands it over
            """WTForms' own messages in the page's language."""
            return _built_in(str(get_locale()))

    def __init__(self, own: Own = NOTHING, **values: Any) -> None:
        """``own`` are the addresses that whoever fills it in may name.

        What was written before the session ended fills it in, unless something else is given.
        """
        self.own = own
        kept = g.get("kept_words") or {}
        if values.get("formdata") is None and any(hasattr(type(self), name) for name in kept):
            values["formdata"] = kept
            if not g.get("kept_told"):
                g.kept_told = True
                flash(
                    gettext(
                        "This is what you had written. It is not saved yet: read it and press again."
                    )
                )
        super().__init__(**values)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """True if the form was submitted and is valid."""
        return bool(super().validate_on_submit(extra_validators))


def lazy(message: str) -> str:
    """Mark a message id for extraction; it is translated when it is rendered."""
    return cast("str", lazy_gettext(message))


@cache
def _built_in(language: str) -> Any:
    return get_translations([language])
