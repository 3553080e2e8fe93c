"""How values are shown to people: times, days and organisation numbers."""

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_datetime, gettext
from jinja2 import StrictUndefined

from wizard.config import Settings
from wizard.models import now
from wizard.services import organisation_numbers


def init_app(app: Flask, _settings: Settings) -> None:
    """Give templates these filters, and no name that is not there."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        clock=clock,
        coming=coming,
        day=day,
        orgnr=organisation_numbers.written,
        orgnr_masked=organisation_numbers.masked,
    )


def clock(moment: datetime) -> str:
    """A moment as in Stockholm: 22 nov. 2026 kl. 14.05."""
    at = format_datetime(moment, gettext("d MMM y 'at' HH:mm"))
    return str(at)


def coming(moment: datetime) -> str:
    """A moment to come; one that has come already is soon."""
    return clock(moment) if moment > now() else str(gettext("soon"))


def day(moment: datetime | date) -> str:
    """A day in words: 22 november 2026."""
    return str(format_date(moment, "d MMMM y"))
