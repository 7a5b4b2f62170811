"""The stored sums of every summary, and what they should be: sums over the log, row by row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection
from psycopg import sql

from summaries.buckets import bucket, grouping_set_number
from summaries.models import SUMMARIES, LogWatermark, Measures

Sums = dict[tuple[Any, ...], list[Any]]


def assert_sums_are_right() -> None:
    """Every bucket of every summary holds what the merged rows of the log add up to, no more."""
    watermarks = dict(LogWatermark.objects.values_list("log", "merged_id"))
    for summary in SUMMARIES:
        stored = sums_of(summary)
        scanned = sums_by_bucket(summary, watermarks.get(summary.log.entity, 0))
        assert stored == scanned, summary.__name__


def sums_of(summary: type[Measures]) -> Sums:
    """What is stored: the measures by bucket, day and dimensions."""
    columns = ["bucket", "day", *summary.dimension_columns(), *summary.measure_columns()]
    size = 2 + len(summary.dimensions)
    return {row[:size]: [*row[size:]] for row in rows_of(summary._meta.db_table, columns)}


def sums_by_bucket(summary: type[Measures], watermark: int) -> Sums:
    """The same from what each row of the log adds, in plain loops."""
    columns = ["log_id", "day", *summary.dimension_columns(), *summary.measure_columns()]
    size = 2 + len(summary.dimensions)
    found: Sums = {}
    for row in rows_of(summary.contributions_view(), columns):
        if row[0] > watermark:
            continue
        for place in places(summary, row[1], row[2:size]):
            sums = found.setdefault(place, [0] * (len(columns) - size))
            found[place] = [one + other for one, other in zip(sums, row[size:], strict=True)]
    return found


def places(
    summary: type[Measures], day: date, values: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    """Where a row of that day has to be counted."""
    for kept in summary.grouping_sets:
        left = [
            value if name in kept else 0
            for name, value in zip(summary.dimensions, values, strict=True)
        ]
        for length in summary.granularities:
            first = date.fromordinal(max(1, day.toordinal() // length * length))
            number = bucket(grouping_set_number(kept, summary.dimensions), length, day)
            yield (number, first, *left)


def rows_of(table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """All rows of a table or a view."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
            )
        )
        return list(cursor.fetchall())
