"""The words of a year that was read through: why it stopped, spans of amounts, gaps, and money out of öre."""

from datetime import date, datetime
from decimal import Decimal

from flask_babel import format_decimal, gettext

from wizard.models import ReadVoucher, StopReason, YearReading, now
from wizard.models.api import STOCKHOLM
from wizard.providers.base import Voucher
from wizard.services.evidence.year_findings import Gap, Span
from wizard.web.voucher.pages import money


def why_stopped(reading: YearReading) -> str:
    """Why the reading stopped, and what helps."""
    why = {
        StopReason.ENDED: gettext(
            "The connection broke while the year was read. Renew it, and read on from where it stopped."
        ),
        StopReason.REFUSED: gettext(
            "The accounting program did not let us read it. Try again; if it is refused again, the "
            "approver’s rights there may not be enough."
        ),
        StopReason.AWAY: gettext(
            "The accounting program did not answer for an hour. Read on when it answers again."
        ),
    }
    return why[reading.stopped_for or StopReason.AWAY]


def span_name(span: Span) -> str:
    """A span of amounts of vouchers, in kronor."""
    low, high = _kronor(span.low), _kronor(span.high) if span.high is not None else ""
    if span.low <= 0:
        return gettext("Below %(high)s", high=high)
    if span.high is None:
        return gettext("%(low)s and more", low=low)
    return gettext("%(low)s to below %(high)s", low=low, high=high)


def gap_name(gap: Gap) -> str:
    """The missing numbers, with their series: A7–A9."""
    first = f"{gap.series}{gap.first}"
    return first if gap.first == gap.last else f"{first}–{gap.series}{gap.last}"


def kronor(ore: int) -> str:
    """An amount for a page; 0,00 if it is nothing."""
    return money(Decimal(ore) / 100) or str(format_decimal(0, "0.00"))


def plain_money(ore: int) -> str:
    """An amount for a spreadsheet, which reads it as a number."""
    return f"{Decimal(ore) / 100:.2f}".replace(".", ",")


def label_of(row: ReadVoucher) -> str:
    """Series and number; empty if the voucher has no number."""
    return "" if row.number is None else f"{row.series}{row.number}"


def voucher_of(row: ReadVoucher, year_id: str) -> Voucher:
    """What its page is found by."""
    return Voucher(
        label_of(row), (), id=row.voucher_id, year_id=year_id, series=row.series, number=row.number
    )


def is_open(last_day: date, read_at: datetime | None) -> bool:
    """True if the year had not ended when it was read."""
    return (read_at or now()).astimezone(STOCKHOLM).date() <= last_day


def count(number: int) -> str:
    """A number of things, with a space between thousands."""
    return str(format_decimal(number, "#,##0"))


def share(part: int, of: int) -> str:
    """A share in per cent, rounded to one decimal."""
    return str(format_decimal(100 * part / of if of else 0, "0.0"))


def _kronor(ore: int) -> str:
    return str(format_decimal(Decimal(ore) / 100, "#,##0"))
