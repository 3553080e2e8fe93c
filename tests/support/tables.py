"""Tables of companies for imports: numbers with right check digits, and lines of text."""

from collections.abc import Iterable

from stdnum import luhn


def number(index: int) -> str:
    """The organisation number of the index-th company."""
    body = f"556{index:06}"
    return body + luhn.calc_check_digit(body)


def wrong_number(index: int) -> str:
    """The same with another check digit."""
    right = number(index)
    return right[:-1] + str((int(right[-1]) + 1) % 10)


def line(index: int, separator: str = ";") -> str:
    """A good line: number, name, address, contact."""
    cells = (number(index), f"Bolag {index} AB", f"anna{index}@example.com", f"Anna {index}")
    return separator.join(cells)


def table(lines: Iterable[str], end: str = "\r\n") -> str:
    """The lines under their headings."""
    return end.join(["Orgnr;Namn;Mejl;Kontakt", *lines]) + end
