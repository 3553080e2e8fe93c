"""The forms in which accounts are made, changed and closed."""

from flask_babel import gettext
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, ValidationError

from wizard.extensions import database
from wizard.models import Role, User
from wizard.plain_text import one_line
from wizard.services.accounts.administration import Standing
from wizard.services.accounts.firms import find_firm
from wizard.web.forms.base import Form, lazy
from wizard.web.forms.firm_choice import checked_firm
from wizard.web.forms.letters import email_field, name_field

OF_ADMINS = ("role", "firm", "may_manage_members")


class PersonForm(Form):
    """Who somebody is, and what she is here; a member who looks after her firm's accounts sees the name alone."""

    name = name_field(lazy("Write the person’s name."))
    role = RadioField(
        choices=[SelectChoice(role.value) for role in Role],
        default=Role.MEMBER.value,
        validators=[InputRequired(lazy("Choose a role."))],
    )
    firm = StringField(filters=[one_line])
    may_manage_members = BooleanField()

    def keep_to(self, *, standing: bool) -> None:
        """Without ``standing``, role, firm and mark are not asked for."""
        if not standing:
            for name in OF_ADMINS:
                del self[name]

    def standing(self, otherwise: Standing) -> Standing:
        """What was chosen; ``otherwise`` where it was not asked for."""
        if "role" not in self:
            return otherwise
        role = Role(self.role.data)
        if role is not Role.MEMBER:
            return Standing(role, None)
        firm = find_firm(database.session, self.firm.data)
        return Standing(role, firm, bool(self.may_manage_members.data))

    def validate_firm(self, field: Field) -> None:
        """A member works at a firm that there is; the others at none."""
        if self.role.data != Role.MEMBER.value:
            return
        if not field.data:
            raise ValidationError(gettext("Write the name of the firm."))
        checked_firm(self, field)


class InviteForm(PersonForm):
    """Somebody to invite."""

    email = email_field(lazy("Write an e-mail address."))


class DeactivateForm(Form):
    """Who takes over the companies of somebody whose account is closed."""

    heir = SelectField(default="", choices=[])

    def offer(self, colleagues: list[User]) -> None:
        """Let one of these be chosen, or nobody."""
        named = [(each.public_id, each.name) for each in colleagues]
        self.heir.choices = [("", gettext("Nobody: the firm’s contact is told")), *named]

    def chosen(self, colleagues: list[User]) -> User | None:
        """The colleague, if one was chosen."""
        return next((each for each in colleagues if each.public_id == self.heir.data), None)
