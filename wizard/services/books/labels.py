"""Labels of vouchers, series and number, as people write them."""

import re
from dataclasses import dataclass

from wizard.plain_text import plain_dashes
from wizard.providers.base import Voucher

LONGEST_SERIES, LONGEST_NUMBER = 10, 9
DIGITS, SEPARATORS = "0123456789", " -"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Label:
    """A voucher's label; ``series`` is None if only the number was given."""

    series: str | None
    number: int

    @property
    def beside(self) -> tuple["Label | None", "Label"]:
        """The previous label in the series (None for the first) and the next."""
        before = Label(self.series, self.number - 1) if self.number > 1 else None
        return before, Label(self.series, self.number + 1)

    @property
    def spellings(self) -> list[str]:
        """The label as other books may have written it: A12, A 12, A-12."""
        signs = ("", " ", "-") if self.series else ("",)
        return [f"{self.series or ''}{sign}{self.number}" for sign in signs]

    def __str__(self) -> str:
        return f"{self.series or ''}{self.number}"


def parse_label(text: str) -> Label | None:
    """Parse a label such as "A 12", "A12", "A-12" or "12"; None if it is not one. Case is kept.

    Takes linear time, since an address may hold a text of any length.
    """
    written = plain_dashes(text)
    before = written.rstrip(DIGITS)
    number = written[len(before) :]
    series = before.rstrip(SEPARATORS)
    # A series that ends in a digit needs a separator: "A12" is A and 12, "A1-12" is A1 and 12.
    unclear = series == before and series[-1:].isdecimal()
    if DAY.fullmatch(written) or unclear or " " in series or bool(before) != bool(series):
        return None
    if not 1 <= len(number) <= LONGEST_NUMBER or len(series) > LONGEST_SERIES:
        return None
    return Label(series or None, int(number))


def label_of(voucher: Voucher) -> Label | None:
    """A voucher's label; None if it has no number."""
    return None if voucher.number is None else Label(voucher.series or None, voucher.number)
