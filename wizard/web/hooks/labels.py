"""Template filters for times, dates and organisation numbers, and facts about causes and providers."""

from datetime import date, datetime, timedelta

from flask import Flask
from flask_babel import format_date, format_datetime, gettext
from jinja2 import StrictUndefined
from markupsafe import Markup

from wizard.causes import facts_of
from wizard.config import Settings
from wizard.extensions import providers
from wizard.models import now
from wizard.plain_text import unbroken, with_dates
from wizard.services.values import organisation_numbers
from wizard.web.days import lately

ONE_DAY = timedelta(days=1)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the filters and the globals; make undefined names in templates an error."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        clock=clock,
        coming=coming,
        dated=dated,
        recent=recent,
        day=day,
        short_day=short_day,
        lately=lately,
        stamp=stamp,
        orgnr=organisation_numbers.written,
        orgnr_masked=organisation_numbers.masked,
        together=together,
    )
    app.jinja_env.globals.update(
        facts_of=facts_of,
        identity_host=identity_host,
        run_by=settings.operator,
        mails=bool(settings.smtp_host),
        program_address=lambda name: providers[name].program_address,
    )


def identity_host(provider: str) -> str:
    """The host of a provider's log-in, exactly as the approver's browser shows it."""
    return providers[provider].identity_host


def clock(moment: datetime) -> str:
    """A time in Stockholm, in running text: 22 november 2026 kl. 14.05."""
    return unbroken(format_datetime(moment, gettext("d MMMM y 'at' HH:mm")))


def stamp(moment: datetime) -> str:
    """A time in Stockholm, in tables and facts of staff's pages: 22 nov. 2026 kl. 14.05."""
    return unbroken(format_datetime(moment, gettext("d MMM y 'at' HH:mm")))


def recent(moment: datetime) -> str:
    """A past time of the last day by the clock alone: kl. 14.05; an earlier one as in tables."""
    if now() - moment > ONE_DAY:
        return stamp(moment)
    return unbroken(format_datetime(moment, gettext("'at' HH:mm")))


def coming(moment: datetime) -> str:
    """A future time, as in tables; "soon" if it has passed."""
    return stamp(moment) if moment > now() else str(gettext("soon"))


def day(moment: datetime | date) -> str:
    """A date: 22 november 2026."""
    return unbroken(format_date(moment, "d MMMM y"))


def short_day(moment: datetime) -> str:
    """A date in a narrow column, in Stockholm: 22 nov. 2026."""
    return unbroken(format_datetime(moment, "d MMM y"))


def dated(text: str) -> str:
    """A voucher's label with its date as other dates are written: A12 (7 februari 2026)."""
    return with_dates(text, day)


def together(text: str) -> Markup:
    """A telephone or organisation number as HTML that no line breaks in, be it at its hyphen."""
    return Markup('<span class="nowrap">{}</span>').format(text)
