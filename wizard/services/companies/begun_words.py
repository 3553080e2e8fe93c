"""Finding by the start of any word: an index of words is walked from the start, and left when enough is found."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

AFTER_ALL = "\U0010ffff"


def rarest_first(
    session: Session, owner: InstrumentedAttribute[int], starts: list[str]
) -> list[str]:
    """The starts of words, that of the fewest rows first, as PostgreSQL guesses; else the longest.

    ``owner`` is the column of a table of words that says whose they are. Several words cost one statement,
    which reads no rows: a count would read all of a frequent one.
    """
    if len(starts) < 2:
        return starts
    word = owner.class_.word
    every = union_all(*(select(word).where(*_begins(word, start)) for start in starts))
    asked = every.compile(dialect=session.get_bind().dialect)
    told = session.connection().exec_driver_sql(f"explain (format json) {asked}", asked.params)
    guesses = [part["Plan Rows"] for part in told.scalar_one()[0]["Plan"]["Plans"]]
    numbers = dict(zip(starts, guesses, strict=True))
    return sorted(numbers, key=lambda start: (numbers[start], -len(start)))


def with_words(
    query: Select[int], owner: InstrumentedAttribute[int], starts: list[str]
) -> Select[int]:
    """The query, which has this table of words in it, for each that has all of them, once.

    The first leads: found in its index's order, others are looked for beside it, so that the search ends
    where enough is found. Without the order PostgreSQL may walk all rows in hope of many that fit.
    """
    kind = owner.class_
    first, *others = starts
    earlier = aliased(kind)
    same = (_of(earlier, owner) == owner, earlier.word >= first, earlier.word < kind.word)
    beside = [_has(owner, other) for other in others]
    found = query.where(*_begins(kind.word, first), ~exists().where(*same), *beside)
    return found.order_by(kind.word, owner)


def _has(owner: InstrumentedAttribute[int], start: str) -> ColumnElement[bool]:
    one = aliased(owner.class_)
    return exists().where(_of(one, owner) == owner, *_begins(one.word, start))


def _of(one: Any, owner: InstrumentedAttribute[int]) -> InstrumentedAttribute[int]:
    of: InstrumentedAttribute[int] = getattr(one, owner.key)
    return of


def _begins(word: InstrumentedAttribute[str], start: str) -> tuple[ColumnElement[bool], ...]:
    """As a range, which an index has whatever it begins with."""
    return word >= start, word < start + AFTER_ALL
