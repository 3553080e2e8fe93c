"""What an admin fills in about a receiver of webhooks."""

from datetime import UTC, datetime
from typing import Any, cast

from flask_babel import gettext, to_utc
from wtforms import Field, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import settings
from wizard.models import WebhookType
from wizard.services.names import NameInvalidError, clean_name, printable
from wizard.services.webhook_receivers import SUBSCRIBABLE, Wishes
from wizard.web.firms import firm_field
from wizard.web.forms import Form, lazy
from wizard.web.webhooks.wording import URLS
from wizard.webhooks.addresses import UrlInvalidError, clean_url

MOMENT = "%Y-%m-%dT%H:%M"
WORDS: list[Any] = [kind.value for kind in SUBSCRIBABLE]  # typed as pairs, which are deprecated
# Made before the other fields, so that its mistakes are named first, as it is asked for first.
FIRM = firm_field()


class EditForm(Form):
    """Where messages go, and which."""

    url = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write the receiver's address."))]
    )
    description = StringField(
        filters=[printable], validators=[InputRequired(lazy("Write what the receiver is."))]
    )
    types = SelectMultipleField(
        choices=WORDS,
        validators=[InputRequired(lazy("Choose at least one thing to be told of."))],
    )

    @property
    def wishes(self) -> Wishes:
        """What was filled in, by the words of the service."""
        return Wishes(
            url=clean_url(self.url.data or "", local=settings.webhook_local),
            description=self.description.data or "",
            types=[WebhookType(word) for word in self.types.data or []],
        )

    def validate_url(self, field: Field) -> None:
        """An address that messages may be sent to."""
        try:
            clean_url(field.data or "", local=settings.webhook_local)
        except UrlInvalidError as error:
            raise ValidationError(str(URLS[str(error)])) from None

    def validate_description(self, field: Field) -> None:
        """A name that can be shown."""
        try:
            clean_name(field.data)
        except NameInvalidError:
            raise ValidationError(gettext("Write a name of 1 to 200 characters.")) from None


class CreateForm(EditForm):
    """A receiver to make, for one firm."""

    firm = FIRM


class ReplaySinceForm(Form):
    """From when everything is to be sent again, as the clock is in Stockholm."""

    since = StringField(validators=[InputRequired(lazy("Write a day and a time."))])

    @property
    def moment(self) -> datetime:
        """The moment, in UTC."""
        local = datetime.strptime(self.since.data or "", MOMENT)  # noqa: DTZ007 -- the reader's clock
        return cast("datetime", to_utc(local)).replace(tzinfo=UTC)

    def validate_since(self, _field: Field) -> None:
        """A moment there has been."""
        try:
            is_past = self.moment <= datetime.now(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(gettext("Write a day and a time.")) from None
        if not is_past:
            raise ValidationError(gettext("Choose a time that has been."))
