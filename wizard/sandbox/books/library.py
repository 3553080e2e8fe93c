"""The books of each company, created at first use."""

from functools import cache

from wizard.sandbox.books import plans
from wizard.sandbox.books.large import LargeBooks
from wizard.sandbox.books.records import Books
from wizard.sandbox.books.small import Entry, SmallBooks
from wizard.sandbox.cast import companies

PLANS: dict[str, tuple[Entry, ...]] = {
    "norrtalje": plans.NORRTALJE,
    "few": plans.FEW,
    "bare": plans.BARE,
    "hostile": plans.HOSTILE,
    "none": (),
}
LAST_YEAR: dict[str, tuple[Entry, ...]] = {"bare": plans.BARE, "none": ()}


@cache
def books_of(company: str) -> Books:
    """The books of the company with this key."""
    kind = companies.BY_KEY[company].books
    if kind == "large":
        return LargeBooks()
    books = SmallBooks(company)
    last_year = books.open_year(2025, locked=True)
    this_year = books.open_year(2026)
    books.write(last_year, LAST_YEAR.get(kind, plans.FEW))
    books.write(this_year, PLANS[kind])
    return books
