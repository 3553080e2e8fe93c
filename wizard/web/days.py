"""Days as people say them: today, yesterday, on Tuesday."""

from datetime import datetime

from flask_babel import format_date, gettext, to_user_timezone

from wizard.models import now
from wizard.web.forms.base import lazy

# Babel has the names of days, not the Swedish words for the last of each.
LAST_DAYS = (
    lazy("on Monday"),
    lazy("on Tuesday"),
    lazy("on Wednesday"),
    lazy("on Thursday"),
    lazy("on Friday"),
    lazy("on Saturday"),
    lazy("on Sunday"),
)
WEEK = 7


def lately(moment: datetime) -> str:
    """When something was, as people say it: today, yesterday, on Tuesday; else the date."""
    day, today = to_user_timezone(moment).date(), to_user_timezone(now()).date()
    ago = (today - day).days
    if ago == 0:
        return str(gettext("today"))
    if ago == 1:
        return str(gettext("yesterday"))
    return str(LAST_DAYS[day.weekday()]) if 1 < ago < WEEK else format_date(day, "d MMM y")
