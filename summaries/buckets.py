"""The buckets of summaries: sums over a span of days, kept for some sets of dimensions.

A summary stores its sums more than once: for each set of dimensions that is asked about (its
grouping sets), and for spans of 1, 8 and 64 days (its granularities), each beginning at a multiple
of its length. A window of any length is a handful of spans, so an answer reads a handful of
buckets, whether it is about a week or a year. All is additive, so a late event is added to three
spans.

A bucket's number combines grouping set, granularity and start, so that its rows lie together and an
answer's buckets are a list of numbers. Bucket 0 is the tail: log rows that are not merged yet,
which have their own days.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from decisions.window import Window

GRANULARITIES = (1, 8, 64)  # days, each a power of 2
TAIL = 0
# Bits of a number, from the lowest: which span among those of its length, enough until the year
# 2871 (LAST_EVENT in decisions/models/log.py); the length, as a power of 2; then the grouping set.
SPAN_BITS, GRANULARITY_BITS = 20, 4


def grouping_set_number(kept: Collection[str], dimensions: Collection[str]) -> int:
    """The number of the grouping set that keeps some of a summary's dimensions: 1 if it keeps all.

    One more than what SQL's GROUPING(dimensions) says of its rows.
    """
    missing = 0
    for dimension in dimensions:
        missing = missing * 2 + (dimension not in kept)
    return 1 + missing


def exponent(granularity: int) -> int:
    """The power of 2 that a granularity is."""
    return granularity.bit_length() - 1


def first_number(grouping_set: int, granularity: int) -> int:
    """The number that a span's number is added to, which gives the span's bucket."""
    return (grouping_set << GRANULARITY_BITS | exponent(granularity)) << SPAN_BITS


def bucket(grouping_set: int, granularity: int, day: date) -> int:
    """The bucket of a grouping set whose span, of `granularity` days, holds the day."""
    return first_number(grouping_set, granularity) + (day.toordinal() >> exponent(granularity))


def days_of(grouping_set: int) -> tuple[int, int]:
    """The numbers between which all buckets of single days lie, both excluded."""
    return first_number(grouping_set, 1), first_number(grouping_set, 2)


def buckets_of(
    window: Window,
    grouping_set: int,
    granularities: Sequence[int] = GRANULARITIES,
    *,
    daily: bool = False,
) -> list[int]:
    """The fewest buckets of a grouping set that make up the window; `daily`: one for each day."""
    spans = _spans(window, granularities[:1] if daily else granularities)
    return [bucket(grouping_set, length, date.fromordinal(start)) for length, start in spans]


def _spans(window: Window, granularities: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The longest spans from the first day on, as length and first ordinal."""
    start, end = window.first.toordinal(), window.last.toordinal() + 1
    while start < end:
        length = max(
            length for length in granularities if start % length == 0 and start + length <= end
        )
        yield length, start
        start += length
