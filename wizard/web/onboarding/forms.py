"""What the approver can fill in; the words beside the answers stand in the templates."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length

from wizard.models import Answer
from wizard.web.forms import Form, lazy
from wizard.web.mailing import email_field, name_field, words_field

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


class ColleagueForm(Form):
    """A colleague to mail, and how the approver signs."""

    email = email_field(lazy("Write your colleague's address."))
    signed = name_field(lazy("Write your name, so that your colleague knows who asks."))
    words = words_field()
