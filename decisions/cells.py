"""The cells of summaries: sums over a span of days, kept for some sets of dimensions.

A summary stores its sums more than once: for each set of dimensions that is asked about (its
grain), and for spans of 1, 8 and 64 days, each beginning at a multiple of its length. A
window of any length is a handful of spans, so an answer reads a handful of cells,
whether it is about a week or a year. All is additive, so a late event is added to three spans.

A cell's number combines the grain, the span and where it begins, so that the rows of a cell lie
together and an answer's cells are a list of numbers. Cell 0 is the tail: log rows that are not
folded in yet, which have their own days.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime

from decisions.window import Window

# Spans have 2 ** level days.
LEVELS = (0, 3, 6)
TAIL = 0
# Bits for the place of the span, enough until the year 2871, and for its level.
PLACE_BITS, LEVEL_BITS = 20, 4
# Of events from FIRST_INSTANT (offers/models.py) to here, every time zone's day has a place.
LAST_EVENT = datetime(2870, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def grain(kept: Collection[str], dimensions: Collection[str]) -> int:
    """The number of the grain that keeps some of a summary's dimensions: 1 if it keeps all.

    One more than what SQL's GROUPING(dimensions) says of its rows.
    """
    missing = 0
    for dimension in dimensions:
        missing = missing * 2 + (dimension not in kept)
    return 1 + missing


def cell(grain_number: int, level: int, day: date) -> int:
    """The cell of a grain whose span of 2 ** level days holds the day."""
    return ((grain_number << LEVEL_BITS | level) << PLACE_BITS) + (day.toordinal() >> level)


def cells_of(
    window: Window, grain_number: int, levels: Sequence[int] = LEVELS, *, daily: bool = False
) -> list[int]:
    """The fewest cells of a grain that make up the window; `daily`: one for each day."""
    spans = _spans(window, levels[:1] if daily else levels)
    return [cell(grain_number, level, date.fromordinal(start)) for level, start in spans]


def _spans(window: Window, levels: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The longest spans from the first day on, as level and first ordinal."""
    start, end = window.first.toordinal(), window.last.toordinal() + 1
    while start < end:
        level = max(
            level for level in levels if start % (1 << level) == 0 and start + (1 << level) <= end
        )
        yield level, start
        start += 1 << level
