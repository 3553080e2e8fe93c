"""The approver's forms; the texts of the answers are in the templates."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from wizard.models import RequirementAnswer
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import checked_words, email_field, name_field, words_field

LONGEST_REASON = 500
CHOOSE = lazy("Choose the answer that fits best.")


class PermissionForm(Form):
    """Requirement 1: full permission in the accounting program."""

    answer = RadioField(
        choices=[SelectChoice(answer.value) for answer in RequirementAnswer],
        validators=[InputRequired(CHOOSE)],
    )


class BookkeepingForm(Form):
    """Requirement 2: the company has bookkeeping."""

    answer = RadioField(
        choices=[
            SelectChoice(answer.value)
            for answer in RequirementAnswer
            if answer is not RequirementAnswer.NOT_FOUND
        ],
        validators=[InputRequired(CHOOSE)],
    )


class DeclineForm(Form):
    """An optional reason for declining."""

    reason = TextAreaField(validators=[checked_words(LONGEST_REASON)])


class ColleagueForm(Form):
    """The colleague to mail, and the approver's signature."""

    email = email_field(lazy("Write your colleague’s address."))
    signed = name_field(lazy("Write your name, so that your colleague knows who asks."))
    words = words_field()
