"""How values are shown to people: times, days and organisation numbers."""

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_datetime, gettext
from jinja2 import StrictUndefined

from wizard.config import Settings
from wizard.services import organisation_numbers


def init_app(app: Flask, _settings: Settings) -> None:
    """Give templates these filters, and no name that is not there."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        clock=clock,
        day=day,
        orgnr=organisation_numbers.written,
        orgnr_masked=organisation_numbers.masked,
    )


def clock(moment: datetime) -> str:
    """A moment as in Stockholm: 22 nov. 2026 kl. 14.05."""
    at = format_datetime(moment, gettext("d MMM y 'at' HH:mm"))
    return str(at)


def day(moment: datetime | date) -> str:
    """A day in words: 22 november 2026."""
    return str(format_date(moment, "d MMMM y"))
