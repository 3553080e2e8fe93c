"""Shared by pages that send a letter: fields, validators, and the preview."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import abort
from flask_babel import get_locale, gettext
from markupsafe import Markup
from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, ValidationError

from wizard.extensions import settings
from wizard.plain_text import one_line
from wizard.services.outbox import (
    LONGEST_WORDS,
    Language,
    WordsInvalidError,
    clean_words,
)
from wizard.services.values.email_addresses import EmailInvalidError, clean_email
from wizard.services.values.names import NameInvalidError
from wizard.services.values.own_words import fair_name
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.fairness import as_written, fairly

LONGEST_NAME = 80
LANGUAGES = ("sv", "en")


@dataclass(frozen=True)
class Preview:
    """A letter as its recipient will see it."""

    sender: str
    to: str
    subject: str
    body: Markup
    language: str
    firm: str = ""  # on top of a letter to an approver
    signature: str = ""  # and beneath it


def can_mail() -> bool:
    """True if a mail server is configured; otherwise mail is not offered."""
    return bool(settings.smtp_host)


def need_mail() -> None:
    """Answer 404 if no mail server is configured."""
    if not can_mail():
        abort(404)


def language_here() -> Language:
    """The page's language, for a letter to its reader."""
    return "en" if getattr(get_locale(), "language", "sv") == "en" else "sv"


def checked_email(_form: Any, field: Field) -> None:
    """The address must be one that mail can be sent to."""
    try:
        clean_email(field.data or "")
    except EmailInvalidError:
        raise ValidationError(
            gettext("The address is not right. It should look like name@company.com.")
        ) from None


def checked_name(form: Form, field: Field) -> None:
    """A name, if given, must be printable and no address."""
    if not field.data:
        return
    with fairly(field):
        try:
            fair_name(as_written(field), form.own)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None
    if len(field.data) > LONGEST_NAME:
        raise ValidationError(gettext("The name is too long."))


def checked_words(longest: int = LONGEST_WORDS) -> Callable[[Form, Field], None]:
    """What somebody writes must be short, and hold no address but her own firm's."""

    def check(form: Form, field: Field) -> None:
        with fairly(field):
            try:
                clean_words(field.data, form.own, longest)
            except WordsInvalidError:
                raise ValidationError(
                    gettext("Write at most %(number)s characters.", number=longest)
                ) from None

    return check


def email_field(message: str) -> StringField:
    """A required field for a mail address; ``message`` is the error if it is empty."""
    return StringField(filters=[one_line], validators=[InputRequired(message), checked_email])


def name_field(message: str | None = None) -> StringField:
    """A field for a name; required if there is a ``message`` for the empty field."""
    required = [DataRequired(message)] if message else []
    return StringField(filters=[one_line], validators=[*required, checked_name])


def words_field() -> TextAreaField:
    """A field for the sender's own message."""
    return TextAreaField(validators=[checked_words()])


def language_field() -> RadioField:
    """A field for the language of the letter."""
    return RadioField(
        choices=[SelectChoice(code) for code in LANGUAGES],
        default="sv",
        validators=[InputRequired(lazy("Choose a language."))],
    )


def as_language(text: str | None) -> Language:
    """The value of the language field."""
    return cast("Language", text) if text in LANGUAGES else "sv"
