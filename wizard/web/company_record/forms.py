"""The forms in which a company is changed, and the last day of its consent."""

from flask_babel import gettext
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from wizard.models import Company, User
from wizard.web.forms.base import Form
from wizard.web.forms.companies import company_name_field, own_reference_field


class EditForm(Form):
    """A company's name and own reference, and who is responsible for it."""

    name = company_name_field()
    own_reference = own_reference_field()
    responsible = SelectField(choices=[])

    def offer(self, company: Company, members: list[User]) -> None:
        """Let one of these be responsible, or nobody; filled in with who is."""
        named = [(each.public_id, each.name) for each in members]
        self.responsible.choices = [("", gettext("Nobody")), *named]
        if not self.responsible.raw_data:
            she = company.looked_after_by
            self.responsible.data = she.public_id if she else ""

    def chosen(self, members: list[User]) -> User | None:
        """The member, if one was chosen."""
        return next((each for each in members if each.public_id == self.responsible.data), None)


class ConsentEndForm(Form):
    """The last day on which the company may be read; empty: there is none."""

    day = DateField(validators=[Optional()])
