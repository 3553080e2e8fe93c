"""Why support looks at an approver's page."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from wizard.web.forms.base import Form, lazy
from wizard.web.forms.letters import checked_words

LONGEST_REASON = 300


class SeeForm(Form):
    """The reason, which the firm reads in the history."""

    reason = TextAreaField(
        validators=[DataRequired(lazy("Write why you look.")), checked_words(LONGEST_REASON)]
    )
