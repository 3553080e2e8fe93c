"""The form in which an admin creates an API key."""

from flask_babel import gettext
from wtforms import DateField, Field, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, ValidationError

from wizard.models import Scope
from wizard.services.api import api_keys
from wizard.services.api.api_keys import LastDayInvalidError
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.firm_choice import firm_field
from wizard.web.forms.letters import name_field
from wizard.web.keys.wording import SCOPES


class CreateForm(Form):
    """An API key to create."""

    firm = firm_field()
    name = name_field(lazy("Write what the key is for."))
    scopes = SelectMultipleField(
        choices=[SelectChoice(scope.value, words) for scope, words in SCOPES.items()],
        default=[scope.value for scope in Scope if scope in api_keys.UNLESS_SAID],
        validators=[InputRequired(lazy("Choose what the key may be used for."))],
    )
    last_day = DateField(
        default=api_keys.usual_last_day,
        validators=[InputRequired(lazy("Write the last day on which the key works."))],
    )

    def validate_last_day(self, field: Field) -> None:
        """The last day must be today or later, and not far away."""
        if field.data is None:
            return
        try:
            api_keys.end_of(field.data)
        except LastDayInvalidError:
            raise ValidationError(
                gettext("The last day must be today or later, and within five years.")
            ) from None
