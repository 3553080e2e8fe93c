"""The columns of the list of companies that a person has chosen to see, beside the name and whose move it is."""

from enum import StrEnum

from wizard.models import Role, User
from wizard.web.forms.base import lazy


class Column(StrEnum):
    """What a column shows; in this order."""

    SINCE = "since"
    STATUS = "status"
    STEP = "step"
    CAUSE = "cause"
    FIRM = "firm"
    RESPONSIBLE = "responsible"
    REFERENCE = "reference"
    APPROVER = "approver"
    READ = "read"


WORDS = {
    Column.SINCE: lazy("Since"),
    Column.STATUS: lazy("Status"),
    Column.STEP: lazy("Step"),
    Column.CAUSE: lazy("Cause"),
    Column.FIRM: lazy("Firm"),
    Column.RESPONSIBLE: lazy("Responsible"),
    Column.REFERENCE: lazy("Own reference"),
    Column.APPROVER: lazy("Approved by"),
    Column.READ: lazy("Last read"),
}


def offered_to(user: User) -> list[Column]:
    """Those she may choose among: a member sees one firm."""
    return [one for one in Column if one is not Column.FIRM or user.role is not Role.MEMBER]


def usual_for(user: User) -> list[Column]:
    """Those of who has chosen none."""
    whose = Column.RESPONSIBLE if user.role is Role.MEMBER else Column.FIRM
    return [Column.SINCE, Column.STATUS, whose, Column.READ]


def columns_of(user: User) -> list[Column]:
    """Those she has chosen, in their order; one that there is no more is left out."""
    if user.list_columns is None:
        return usual_for(user)
    return [one for one in offered_to(user) if one.value in user.list_columns]
