"""What a list of vouchers is filtered by, as people write it, and the vouchers that match."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wizard.plain_text import plain_dashes
from wizard.providers.base import Narrowing, Voucher

LARGEST = Decimal(10) ** 13
SUM = re.compile(r"(\d{1,13})(?:[,.](\d{1,2}))?")
# A point or a comma before groups of three digits only is one between thousands.
THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
SPACES = re.compile(r"[\s'’]+")
CURRENCY = re.compile(r"(?:kronor|kr|sek|:-)\.?", re.IGNORECASE)
ACCOUNTS = re.compile(r"(\d{1,8})(?:-(\d{1,8}))?")


class UnreadableFilterError(ValueError):
    """What was written is neither an amount or account, nor two of them; ``field`` says which field."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Span:
    """From one value to another, inclusive."""

    low: Decimal
    high: Decimal

    def holds(self, value: Decimal) -> bool:
        """True if the value lies between the two."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Accounts:
    """Accounts from ``first`` to ``last``, both as their first digits: 40 is 4000 to 4099."""

    first: str
    last: str

    def holds(self, account: str) -> bool:
        """True if the account's number lies between the two, or begins as the last does."""
        return self.first <= account and account[: len(self.last)] <= self.last


@dataclass(frozen=True)
class VoucherFilter:
    """What vouchers have to be; what is empty is not asked for.

    ``amount`` is that of a row, or of the whole voucher. ``text`` is a part of the voucher's text.
    """

    without_documents: bool = False
    series: str = ""
    amount: Span | None = None
    accounts: Accounts | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""

    @property
    def narrowing(self) -> Narrowing:
        """What the provider may narrow its list to."""
        return Narrowing(self.series, self.first, self.last)

    def is_empty(self) -> bool:
        """True if every voucher matches, but for the text, which the provider can search by itself."""
        return self in {VoucherFilter(), VoucherFilter(text=self.text)}

    def among(self, vouchers: Iterable[Voucher]) -> list[Voucher]:
        """The vouchers that match."""
        return [one for one in vouchers if self.matches(one)]

    def matches(self, voucher: Voucher) -> bool:
        """True if the voucher is what is asked for; one whose documents nobody knows of may lack them."""
        day = voucher.day
        return not (
            (self.without_documents and voucher.has_documents)
            or (self.series and voucher.series.casefold() != self.series.casefold())
            or (self.first and (day is None or day < self.first))
            or (self.last and (day is None or day > self.last))
            or (self.text and self.text.casefold() not in voucher.text.casefold())
            or (self.accounts and not any(self.accounts.holds(row.account) for row in voucher.rows))
            or (self.amount and not any(self.amount.holds(one) for one in amounts_of(voucher)))
        )


def amounts_of(voucher: Voucher) -> list[Decimal]:
    """The amounts of a voucher's rows, and the sum of its debit."""
    rows = [abs(one) for row in voucher.rows for one in (row.debit, row.credit) if one]
    return [*rows, total_of(voucher)]


def total_of(voucher: Voucher) -> Decimal:
    """The sum of a voucher's debit, which is its amount."""
    return sum((row.debit for row in voucher.rows), Decimal())


def parse_amount(text: str) -> Span | None:
    """An amount, or two with a dash between: "1 250,50", "1000-2000 kr". None if nothing is written.

    Without decimals it holds every öre: 1250 is 1250.00 to 1250.99. Raises UnreadableFilterError.
    """
    written = CURRENCY.sub("", SPACES.sub("", plain_dashes(text)))
    if not written:
        return None
    low, dash, high = written.lstrip("-").partition("-")
    begins, ends = _amount(low), _amount(high) if dash else _amount(low)
    return Span(min(begins.low, ends.low), max(begins.high, ends.high))


def parse_accounts(text: str) -> Accounts | None:
    """An account or its first digits, or two with a dash between; raises UnreadableFilterError."""
    written = SPACES.sub("", plain_dashes(text))
    if not written:
        return None
    found = ACCOUNTS.fullmatch(written)
    if found is None or not written.isascii():
        raise UnreadableFilterError("accounts")
    first, last = found[1], found[2] or found[1]
    return Accounts(min(first, last), max(first, last))


def _amount(text: str) -> Span:
    plain = re.sub("[.,]", "", text) if THOUSANDS.fullmatch(text) else text
    found = SUM.fullmatch(_without_thousands(plain))
    if found is None or not text.isascii():
        raise UnreadableFilterError("amount")
    whole, decimals = Decimal(found[1]), found[2]
    exact = whole + Decimal(f"0.{decimals}") if decimals else whole
    return Span(exact, exact if decimals else whole + Decimal("0.99"))


def _without_thousands(text: str) -> str:
    """1.250,50 and 1,250.50 as 1250,50 and 1250.50: only the last sign is one of decimals."""
    for sign, decimal in ((".", ","), (",", ".")):
        if sign in text and decimal in text and text.rindex(sign) < text.rindex(decimal):
            return text.replace(sign, "")
    return text
