"""A parser of OData's $filter, as far as clients use it: comparisons, and/or/not, a few functions."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from wizard.sandbox.api.errors import ApiError

Value = str | float | int | bool | date | None
Lookup = Callable[[str], Value]
Term = Callable[[Lookup], Value]

TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?)"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z][A-Za-z0-9]*)"
    r"|(?P<sign>[(),]))"
)
COMPARISONS: dict[str, Callable[[int], bool]] = {
    "eq": lambda order: order == 0,
    "ne": lambda order: order != 0,
    "gt": lambda order: order > 0,
    "ge": lambda order: order >= 0,
    "lt": lambda order: order < 0,
    "le": lambda order: order <= 0,
}
FUNCTIONS: dict[str, Callable[..., Value]] = {
    "contains": lambda text, part: str(part).lower() in str(text or "").lower(),
    "startswith": lambda text, part: str(text or "").lower().startswith(str(part).lower()),
    "endswith": lambda text, part: str(text or "").lower().endswith(str(part).lower()),
    "year": lambda moment: moment.year,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
}
MAX_LENGTH = 2000
MAX_DEPTH = 20


@dataclass
class Filter:
    """A parsed filter; `pins` are the fields that must equal one value."""

    matches: Term
    pins: dict[str, Value] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def parse_filter(text: str, fields: frozenset[str]) -> Filter:
    """Parse a filter; raises ErrorCode 6000 for a syntax error, as at Visma."""
    if len(text) > MAX_LENGTH:
        raise ApiError(6000)
    return _Parser(_tokens(text), fields).whole()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = TOKEN.match(stripped, position)
        if match is None:
            raise ApiError(6000)
        tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        position = match.end()
    return tokens


class _Parser:
    """A recursive descent parser: or, and, not, comparison, operand."""

    def __init__(self, tokens: list[tuple[str, str]], fields: frozenset[str]) -> None:
        self._tokens = tokens
        self._fields = fields
        self._position = 0
        self._depth = 0
        self._loose = 0  # depth of or and not, inside which an equality pins nothing
        self._pins: dict[str, Value] = {}
        self._names: set[str] = set()

    def whole(self) -> Filter:
        matches = self._either()
        if self._position != len(self._tokens):
            raise ApiError(6000)
        return Filter(matches, self._pins if not self._loose else {}, self._names)

    def _either(self) -> Term:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ApiError(6000)
        terms = [self._both()]
        while self._take("or"):
            self._loose += 1
            terms.append(self._both())
        self._depth -= 1
        return terms[0] if len(terms) == 1 else lambda row: any(term(row) for term in terms)

    def _both(self) -> Term:
        terms = [self._one()]
        while self._take("and"):
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else lambda row: all(term(row) for term in terms)

    def _one(self) -> Term:
        if self._take("not"):
            self._loose += 1
            inner = self._one()
            return lambda row: not inner(row)
        if self._take("("):
            inner = self._either()
            self._demand(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Term:
        start = self._position
        left = self._operand()
        kind, word = self._peek()
        if kind != "word" or word not in COMPARISONS:
            return left
        self._position += 1
        right_at = self._position
        right = self._operand()
        if word == "eq":
            self._pin(start, right_at)
        return _compare(left, right, COMPARISONS[word])

    def _pin(self, start: int, right_at: int) -> None:
        """Record `Field eq value`, with which large books find a row without a scan."""
        alone = right_at == start + 2 and self._position == right_at + 1
        kind, name = self._tokens[start]
        if alone and kind == "word" and self._tokens[right_at][0] != "word":
            self._pins[name] = _literal(*self._tokens[right_at])

    def _operand(self) -> Term:
        kind, text = self._peek()
        self._position += 1
        if kind == "word":
            return self._named(text)
        if kind in ("end", "sign"):
            raise ApiError(6000)
        value = _literal(kind, text)
        return lambda _: value

    def _named(self, name: str) -> Term:
        if name in ("true", "false", "null"):
            value = {"true": True, "false": False, "null": None}[name]
            return lambda _: value
        if name in FUNCTIONS and self._peek()[1] == "(":
            return self._call(FUNCTIONS[name])
        if name not in self._fields:
            raise ApiError(6000)
        self._names.add(name)
        return lambda row: row(name)

    def _call(self, function: Callable[..., Value]) -> Term:
        self._demand("(")
        arguments = [self._operand()]
        while self._take(","):
            arguments.append(self._operand())
        self._demand(")")

        def called(row: Lookup) -> Value:
            try:
                return function(*(argument(row) for argument in arguments))
            except (TypeError, AttributeError) as error:
                raise ApiError(6000) from error

        return called

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._position] if self._position < len(self._tokens) else ("end", "")

    def _take(self, word: str) -> bool:
        kind, text = self._peek()
        found = kind in ("word", "sign") and text == word
        self._position += found
        return found

    def _demand(self, sign: str) -> None:
        if not self._take(sign):
            raise ApiError(6000)


def _literal(kind: str, text: str) -> Value:
    if kind == "string":
        return text[1:-1].replace("''", "'")
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "date":
        return _moment(text)
    return text.lower()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError(6001) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _compare(left: Term, right: Term, decide: Callable[[int], bool]) -> Term:
    def compared(row: Lookup) -> Value:
        one, other = _comparable(left(row)), _comparable(right(row))
        if one is None or other is None:
            return decide(0 if one is other else 1) if decide(0) != decide(1) else False
        try:
            return decide((one > other) - (one < other))  # type: ignore[operator]
        except TypeError as error:
            raise ApiError(6000) from error

    return compared


def _comparable(value: Value | date) -> Value:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value
