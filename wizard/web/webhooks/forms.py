"""The forms in which an admin edits a webhook receiver."""

from datetime import UTC, datetime
from typing import Any, cast

from flask_babel import gettext, to_utc
from wtforms import Field, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import settings
from wizard.models import WebhookType
from wizard.plain_text import one_line
from wizard.services.values.names import NameInvalidError, clean_name
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.firm_choice import firm_field
from wizard.web.webhooks.wording import URLS
from wizard.webhooks.receiver_urls import UrlInvalidError, clean_url

MOMENT = "%Y-%m-%dT%H:%M"
WORDS: list[Any] = [kind.value for kind in SUBSCRIBABLE]  # WTForms' types only know pairs
# Created before the other fields, so that its errors are listed first.
FIRM = firm_field()


class EditForm(Form):
    """The receiver's URL, description, and types of messages."""

    url = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write the receiver’s address."))]
    )
    description = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write what the receiver is."))]
    )
    types = SelectMultipleField(
        choices=WORDS,
        validators=[InputRequired(lazy("Choose at least one thing to be told of."))],
    )

    @property
    def wishes(self) -> Wishes:
        """The values, as the service takes them."""
        return Wishes(
            url=clean_url(self.url.data or "", local=settings.webhook_local),
            description=self.description.data or "",
            types=[WebhookType(word) for word in self.types.data or []],
        )

    def validate_url(self, field: Field) -> None:
        """The URL must be one that messages may be sent to."""
        try:
            clean_url(field.data or "", local=settings.webhook_local)
        except UrlInvalidError as error:
            raise ValidationError(str(URLS[str(error)])) from None

    def validate_description(self, field: Field) -> None:
        """The description must be printable."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None


class CreateForm(EditForm):
    """A receiver to create, for one firm."""

    firm = FIRM


class ReplaySinceForm(Form):
    """The time from which to send again, in Stockholm time."""

    since = StringField(
        filters=[one_line], validators=[InputRequired(lazy("Write a day and a time."))]
    )

    @property
    def moment(self) -> datetime:
        """The time, in UTC."""
        local = datetime.strptime(self.since.data or "", MOMENT)  # noqa: DTZ007 -- the reader's clock
        return cast("datetime", to_utc(local)).replace(tzinfo=UTC)

    def validate_since(self, _field: Field) -> None:
        """The time must be in the past."""
        try:
            is_past = self.moment <= datetime.now(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(gettext("Write a day and a time.")) from None
        if not is_past:
            raise ValidationError(gettext("Choose a time that has been."))
