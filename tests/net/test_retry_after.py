"""Retry-After is seconds or a moment to come, and anything else asks for nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from wizard.net.retry_after import seconds_asked

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 400, 9_999_999_999),
        (format_datetime(NOON + timedelta(minutes=5), usegmt=True), 300),
        ("Saturday, 28-Nov-26 12:00:10 GMT", 10),
        (format_datetime(NOON - timedelta(minutes=5), usegmt=True), None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\u0661\u0662", None),
        ("Sat, 28 Nov 99999 12:00:00 GMT", None),
    ],
)
def test_the_header_is_seconds_from_now(header: str, seconds: float | None) -> None:
    with time_machine.travel(NOON, tick=False):
        assert seconds_asked(header) == seconds


@given(header=st.text())
def test_any_header_asks_for_a_time_to_come_or_for_nothing(header: str) -> None:
    found = seconds_asked(header)
    assert found is None or found >= 0
