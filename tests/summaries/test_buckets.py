"""Buckets of summaries: any window is a few of them, and each of its days is in exactly one."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.window import Window
from summaries.buckets import GRANULARITIES, TAIL, bucket, buckets_of, grouping_set_number
from summaries.models import SUMMARIES

LAST = date(2800, 1, 1)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Windows of the lengths that may be asked for."""
    days = draw(st.integers(1, 365))
    first = draw(st.dates(date(1970, 1, 1), LAST))
    return Window(first, first + timedelta(days=days - 1), "UTC")


@given(window=windows(), number=st.integers(1, 16))
def test_the_buckets_of_a_window_hold_each_of_its_days_once(window: Window, number: int) -> None:
    counted = Counter(buckets_of(window, number))
    around = [window.first + timedelta(days=offset) for offset in range(-260, window.days + 260)]
    for day in around:
        holding = sum(counted[bucket(number, length, day)] for length in GRANULARITIES)
        assert holding == (window.first <= day <= window.last), day
    assert TAIL not in counted
    # Seven of each shorter span at either end, and those of the longest between.
    assert len(counted) <= 2 * 7 * 2 + 365 // 64


@given(window=windows(), number=st.integers(1, 16))
def test_daily_buckets_are_those_of_the_days_in_order(window: Window, number: int) -> None:
    expected = [bucket(number, 1, day) for day in window.dates()]
    assert buckets_of(window, number, daily=True) == expected


@given(
    one=st.tuples(st.integers(1, 16), st.sampled_from(GRANULARITIES), st.dates(max_value=LAST)),
    other=st.tuples(st.integers(1, 16), st.sampled_from(GRANULARITIES), st.dates(max_value=LAST)),
)
def test_two_buckets_have_the_same_number_only_if_they_are_the_same(
    one: tuple[int, int, date], other: tuple[int, int, date]
) -> None:
    def span(place: tuple[int, int, date]) -> tuple[int, int, int]:
        number, length, day = place
        return number, length, day.toordinal() // length

    assert (bucket(*one) == bucket(*other)) == (span(one) == span(other))
    assert TAIL < bucket(*one) < 2**31


@pytest.mark.parametrize("summary", SUMMARIES, ids=lambda summary: summary.__name__)
def test_each_grouping_set_has_a_number_and_the_finest_is_kept(summary: type) -> None:
    numbers = [grouping_set_number(kept, summary.dimensions) for kept in summary.grouping_sets]  # type: ignore[attr-defined]
    assert len(set(numbers)) == len(numbers)
    assert 1 in numbers  # what a rebuild takes the days from whose log is gone
