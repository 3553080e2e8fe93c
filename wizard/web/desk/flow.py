"""The flow as a page shows it: which week and which firm its address asks for, and the words of spans of time."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import request, url_for
from flask_babel import format_date, gettext, ngettext

from wizard.extensions import database
from wizard.models import ALL_FIRMS, Step, now
from wizard.plain_text import unbroken
from wizard.services.accounts.firms import FirmUnknownError, find_firm
from wizard.services.desk.funnel import SPANS, week_of
from wizard.services.desk.funnel_report import HALF, KEPT_WEEKS, MOST, Place, Road, report
from wizard.services.values.search import clean_search
from wizard.web.event_texts import STEPS
from wizard.web.listing.wording import cause_words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ONE_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Flow:
    """What the template shows: ``firm`` is what was written, and ``is_known`` whether a firm has that name."""

    endpoint: str
    week: date
    firm: str
    is_known: bool
    roads: list[Road]

    @property
    def week_words(self) -> str:
        """The week by its number and its days: vecka 48, 23–29 november 2026."""
        last = self.week + timedelta(days=6)
        first = "d" if last.month == self.week.month else "d MMMM"
        return gettext(
            "Week %(number)s, %(first)s–%(last)s",
            number=self.week.isocalendar().week,
            first=unbroken(format_date(self.week, first)),
            last=unbroken(format_date(last, "d MMMM y")),
        )

    @property
    def earlier(self) -> str | None:
        """The address of the week before, if it is kept."""
        oldest = week_of(now()) - timedelta(weeks=KEPT_WEEKS)
        return self._at(self.week - ONE_WEEK) if self.week > oldest else None

    @property
    def later(self) -> str | None:
        """The address of the week after, unless this is the present one."""
        return self._at(self.week + ONE_WEEK) if self.week < week_of(now()) else None

    @property
    def in_address(self) -> str:
        """The week as addresses have it."""
        return week_word(self.week)

    def _at(self, week: date) -> str:
        return url_for(self.endpoint, week=week_word(week), firm=self.firm or None)


def flow_here(endpoint: str, firm_id: int | None = None) -> Flow:
    """The flow that this request asks for; ``firm_id`` is the member's own, else it may name one."""
    week = _week_in(request.args.get("week", ""))
    written = "" if firm_id else clean_search(request.args.get("firm", ""))
    found = firm_id or (_firm_id(written) if written else ALL_FIRMS)
    roads = report(database.session, week, found) if found is not None else []
    return Flow(endpoint, week, written, found is not None, roads)


def week_word(week: date) -> str:
    """A week in an address: 2026-W48."""
    year, number, _ = week.isocalendar()
    return f"{year}-W{number:02}"


def place_words(place: Place) -> str:
    """What a step or a cause is called."""
    return cause_words(place.cause) if place.cause else str(STEPS[place.step])


def time_words(place: Place, share: float) -> str:
    """Within what time this share of those who went on did so."""
    if not place.is_timed:
        return "–"
    within = place.within(share)
    if within is None:
        return gettext("more than %(time)s", time=_span_words(SPANS[-1]))
    return _span_words(within)


def half_words(place: Place) -> str:
    """Within what time half of those who went on did so."""
    return time_words(place, HALF)


def most_words(place: Place) -> str:
    """Within what time nine of ten who went on did so."""
    return time_words(place, MOST)


def bar_words(place: Place) -> str:
    """A bar, for who does not see it."""
    return gettext(
        "%(step)s: %(came)s came, %(went_on)s went on, %(here)s are still there, %(left)s left.",
        step=STEPS[Step(place.step)],
        came=place.came,
        went_on=place.went_on,
        here=place.here,
        left=place.away,
    )


def _span_words(span: timedelta) -> str:
    if span < MINUTE:
        return ngettext("%(num)s second", "%(num)s seconds", span.seconds)
    if span < HOUR:
        return ngettext("%(num)s minute", "%(num)s minutes", span // MINUTE)
    if span < DAY:
        return ngettext("%(num)s hour", "%(num)s hours", span // HOUR)
    return ngettext("%(num)s day", "%(num)s days", span // DAY)


def _week_in(word: str) -> date:
    """The Monday of a week in an address; of the present week where it says none, or none that has begun."""
    year, _, number = word.partition("-W")
    here = week_of(now())
    try:
        return min(date.fromisocalendar(int(year), int(number), 1), here)
    except ValueError:
        return here


def _firm_id(name: str) -> int | None:
    try:
        return find_firm(database.session, name).id
    except FirmUnknownError:
        return None
