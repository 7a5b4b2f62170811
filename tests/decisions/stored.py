"""The stored sums of every summary, and what they should be: sums over the log, row by row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection
from psycopg import sql

from decisions.cells import cell, grain
from decisions.models import Measures, SummaryMark
from segments.history import SUMMARIES

Sums = dict[tuple[Any, ...], list[Any]]


def assert_sums_are_right() -> None:
    """Every cell of every summary holds what the folded rows of the log add up to, no more."""
    marks = dict(SummaryMark.objects.values_list("summary", "folded_id"))
    for summary in SUMMARIES:
        stored = sums_of(summary)
        scanned = sums_by_cell(summary, marks.get(summary.log, 0))
        assert stored == scanned, summary.__name__


def sums_of(summary: type[Measures]) -> Sums:
    """What is stored: the measures by cell, day and dimensions."""
    columns = ["cell", "day", *summary.dimension_columns(), *summary.measure_columns()]
    size = 2 + len(summary.dimensions)
    return {row[:size]: [*row[size:]] for row in rows_of(summary._meta.db_table, columns)}


def sums_by_cell(summary: type[Measures], mark: int) -> Sums:
    """The same from what each row of the log adds, in plain loops."""
    columns = ["log_id", "day", *summary.dimension_columns(), *summary.measure_columns()]
    size = 2 + len(summary.dimensions)
    found: Sums = {}
    for row in rows_of(summary.rows, columns):
        if row[0] > mark:
            continue
        for place in places(summary, row[1], row[2:size]):
            sums = found.setdefault(place, [0] * (len(columns) - size))
            found[place] = [one + other for one, other in zip(sums, row[size:], strict=True)]
    return found


def places(
    summary: type[Measures], day: date, values: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    """Where a row of that day has to be counted."""
    for kept in summary.grains:
        left = [
            value if name in kept else 0
            for name, value in zip(summary.dimensions, values, strict=True)
        ]
        for level in summary.levels:
            length = 2**level
            first = date.fromordinal(max(1, day.toordinal() // length * length))
            number = cell(grain(kept, summary.dimensions), level, day)
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
