"""How values are shown to people: times, days and organisation numbers."""

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_datetime, gettext
from jinja2 import StrictUndefined

from wizard.config import Settings


def init_app(app: Flask, _settings: Settings) -> None:
    """Give templates these filters, and no name that is not there."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        clock=clock, day=day, orgnr=organisation_number, orgnr_masked=masked_number
    )


def clock(moment: datetime) -> str:
    """A moment as in Stockholm: 22 nov. 2026 kl. 14.05."""
    at = format_datetime(moment, gettext("d MMM y 'at' HH:mm"))
    return str(at)


def day(moment: datetime | date) -> str:
    """A day in words: 22 november 2026."""
    return str(format_date(moment, "d MMMM y"))


def is_personal(number: str) -> bool:
    """Whether ten digits are a sole trader's personal number: in others the third digit is 2 or more."""
    return number[2] in "01"


def organisation_number(number: str) -> str:
    """Ten digits with their hyphen: 559123-4567."""
    return f"{number[:6]}-{number[6:]}"


def masked_number(number: str) -> str:
    """As organisation_number, but a personal number without its last four: 19800101-****."""
    if not is_personal(number):
        return organisation_number(number)
    this_year = datetime.now().astimezone().year % 100
    century = "20" if int(number[:2]) <= this_year else "19"
    return f"{century}{number[:6]}-****"
