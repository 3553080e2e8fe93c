"""A page of the list of all files of a company, without the files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FilePage:
    """The ids of what the files of a page are attached to; ``number``, ``pages`` and ``way`` as a VoucherPage."""

    owner_ids: frozenset[str]
    number: int
    pages: int
    way: int = 0
