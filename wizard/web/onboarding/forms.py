"""What the approver can fill in."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from wizard.models import Answer
from wizard.web.forms import Form, lazy

ANSWERS = [
    (Answer.YES.value, lazy("Yes")),
    (Answer.NO.value, lazy("No")),
    (Answer.NOT_FOUND.value, lazy("I cannot find the page")),
    (Answer.UNSURE.value, lazy("I do not know")),
]


class PermissionForm(Form):
    """Requirement 1: full permission in the programme."""

    answer = RadioField(
        choices=ANSWERS, validators=[InputRequired(lazy("Choose the answer that fits best."))]
    )


class BookkeepingForm(Form):
    """Requirement 2: the company has bookkeeping."""

    answer = RadioField(
        choices=[choice for choice in ANSWERS if choice[0] != Answer.NOT_FOUND.value],
        validators=[InputRequired(lazy("Choose the answer that fits best."))],
    )


class DeclineForm(Form):
    """A reason, if she likes."""

    reason = TextAreaField(validators=[Length(max=500)])
