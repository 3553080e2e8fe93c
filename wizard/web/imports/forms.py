"""The forms of an import: a file or pasted lines, and what is to be done with them."""

from flask_babel import gettext
from flask_wtf.file import FileField
from wtforms import DateTimeLocalField, Field, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Optional, ValidationError

from wizard.web.forms.base import Form, lazy

ADD, INVITE, LATER = "add", "invite", "later"


class IndexForm(Form):
    """Lines from a spreadsheet: pasted, or in a file."""

    lines = TextAreaField()
    file = FileField()

    def validate_lines(self, field: Field) -> None:
        """One of the two is needed."""
        if not (field.data or "").strip() and not self.file.data:
            raise ValidationError(gettext("Paste the lines, or choose a file."))


class StartForm(Form):
    """Only add, add and invite, or invite at a time."""

    then = RadioField(
        choices=[SelectChoice(word) for word in (ADD, INVITE, LATER)],
        validators=[InputRequired(lazy("Choose what is to be done."))],
    )
    at = DateTimeLocalField(format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], validators=[Optional()])

    def validate_then(self, field: Field) -> None:
        """Later needs a time."""
        if field.data == LATER and self.at.data is None:
            raise ValidationError(gettext("Choose a day and a time for the mails."))
