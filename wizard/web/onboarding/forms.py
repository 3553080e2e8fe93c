"""What the approver can fill in; the words beside the answers stand in the templates."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length

from wizard.models import Answer
from wizard.web.forms import Form, lazy

CHOOSE = lazy("Choose the answer that fits best.")


class PermissionForm(Form):
    """Requirement 1: full permission in the programme."""

    answer = RadioField(
        choices=[SelectChoice(answer.value) for answer in Answer],
        validators=[InputRequired(CHOOSE)],
    )


class BookkeepingForm(Form):
    """Requirement 2: the company has bookkeeping."""

    answer = RadioField(
        choices=[SelectChoice(answer.value) for answer in Answer if answer is not Answer.NOT_FOUND],
        validators=[InputRequired(CHOOSE)],
    )


class DeclineForm(Form):
    """A reason, if she likes."""

    reason = TextAreaField(validators=[Length(max=500)])
