"""Sequences whose items are generated on access."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T], Generic[T]):
    """A sequence of a given length, each item generated from its position.

    `sorted_by` names the fields that the items are sorted by, and `same` those that are equal in all,
    so that a list of a hundred thousand is not generated only to be sorted or filtered.
    """

    def __init__(
        self,
        positions: Sequence[int],
        make: Callable[[int], T],
        sorted_by: frozenset[str] = frozenset(),
        same: frozenset[str] = frozenset(),
    ) -> None:
        self._positions = positions
        self._make = make
        self.sorted_by = sorted_by
        self.same = same

    def backwards(self) -> "Lazy[T]":
        """The same items in reverse order."""
        return Lazy(self._positions[::-1], self._make, same=self.same)

    def without(self, places: Sequence[int]) -> "Lazy[T]":
        """The same items, but for those at these places, in order."""
        left, begins = list[int](), 0
        for place in sorted(set(places)):
            left += self._positions[begins:place]
            begins = place + 1
        left += self._positions[begins:]
        return Lazy(left, self._make, self.sorted_by, self.same)

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self._make(each) for each in self._positions[index]]
        return self._make(self._positions[index])
