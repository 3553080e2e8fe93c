"""What pages with a letter share: whether we can send one, its look, and fields for the address."""

from dataclasses import dataclass
from typing import Any, cast

from flask import abort
from flask_babel import get_locale, gettext
from markupsafe import Markup
from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import settings
from wizard.services.letters import LONGEST_WORDS, Language, WordsInvalidError, clean_words
from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.services.staff import EmailInvalidError, clean_email
from wizard.web.forms import lazy

LONGEST_NAME = 80
LANGUAGES = ("sv", "en")


@dataclass(frozen=True)
class Preview:
    """What the recipient will see."""

    sender: str
    to: str
    subject: str
    body: Markup
    language: str


def can_mail() -> bool:
    """Whether there is a mail server; without one, mail is not offered."""
    return bool(settings.smtp_host)


def need_mail() -> None:
    """404 where there is no mail server: the page is then not there."""
    if not can_mail():
        abort(404)


def language_here() -> Language:
    """The language of the page, for a letter to the one who reads it."""
    return "en" if getattr(get_locale(), "language", "sv") == "en" else "sv"


def checked_email(_form: Any, field: Field) -> None:
    """An address that mail can be sent to."""
    try:
        clean_email(field.data or "")
    except EmailInvalidError:
        raise ValidationError(
            gettext("The address is not right. It should look like name@company.com.")
        ) from None


def checked_name(_form: Any, field: Field) -> None:
    """A name that can be shown, if there is one, and that is no web address."""
    if not field.data:
        return
    try:
        clean_words(clean_name(field.data))
    except (NameInvalidError, WordsInvalidError):
        raise ValidationError(gettext("Write only a name, without web addresses.")) from None
    if len(field.data) > LONGEST_NAME:
        raise ValidationError(gettext("The name is too long."))


def checked_words(_form: Any, field: Field) -> None:
    """A line of her own: not too long, and with no web address in it."""
    try:
        clean_words(field.data)
    except WordsInvalidError:
        raise ValidationError(
            gettext(
                "Write at most %(number)s characters, without web addresses.", number=LONGEST_WORDS
            )
        ) from None


def email_field(message: str) -> StringField:
    """A field for an address; ``message`` is said when it is empty."""
    return StringField(filters=[_trimmed], validators=[InputRequired(message), checked_email])


def name_field(message: str | None = None) -> StringField:
    """A field for a name; with a ``message`` it may not be empty."""
    required = [InputRequired(message)] if message else []
    return StringField(filters=[_trimmed], validators=[*required, checked_name])


def words_field() -> TextAreaField:
    """A field for a line of one's own."""
    return TextAreaField(validators=[checked_words])


def language_field() -> RadioField:
    """A field for the language of the letter."""
    return RadioField(
        choices=[SelectChoice(code) for code in LANGUAGES],
        default="sv",
        validators=[InputRequired(lazy("Choose a language."))],
    )


def as_language(text: str | None) -> Language:
    """The language chosen in a field."""
    return cast("Language", text) if text in LANGUAGES else "sv"


def _trimmed(text: str | None) -> str:
    return " ".join(printable(text).split())
