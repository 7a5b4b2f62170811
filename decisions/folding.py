"""Adding to the sums of a summary, in all of its cells.

The SQL is put together from what the summary's model declares, so every writer (refreshing,
materialising a segment, erasing a customer) adds in the same way.
"""

from typing import Any, LiteralString

from psycopg import sql

from decisions.cells import LEVEL_BITS, PLACE_BITS
from decisions.models import Measures

# The source is added up by day first; what is stored for more days and fewer dimensions follows
# from these sums. Written in the order of the primary key, page after page.
_ADD: LiteralString = """
WITH days AS MATERIALIZED (
    SELECT day - '0001-01-01'::date + 1 AS ordinal, {dimensions}, {sums}
    FROM ({source}) source
    GROUP BY day, {dimensions}
)
INSERT INTO {stored} AS old (cell, day, {dimensions}, {measures})
SELECT (((1 + GROUPING ({dimensions})) << {level_bits} | level) << {place_bits}) + place,
       '0001-01-01'::date - 1 + (place << level),
       {kept}, {sums}
FROM days, unnest({levels}) level, LATERAL (SELECT ordinal >> level AS place) span
GROUP BY level, place, GROUPING SETS ({grains})
ORDER BY {order}
ON CONFLICT ({key}) DO UPDATE SET ({measures}) = ROW ({totals})
"""
_FORGET_EMPTY: LiteralString = "DELETE FROM {stored} WHERE {counter} = 0 AND {condition}"


def add(cursor: Any, stored: type[Measures], source: sql.Composable) -> None:
    """Add the rows of the query `source`, which has day, dimensions and measures, to the sums."""
    cursor.execute(sql.SQL(_ADD).format(source=source, **_parts(stored)))


def contributions(
    stored: type[Measures], source: sql.Composable, factor: LiteralString = "1"
) -> sql.Composed:
    """The query of what the rows of `source` add to a summary, each times `factor`.

    `source` is what follows FROM: the view of rows that the summary declares, and conditions.
    """
    factors = sql.SQL(factor)
    measures = [
        sql.SQL("{0} * {1} AS {1}").format(factors, sql.Identifier(name))
        for name in stored.measure_columns()
    ]
    columns = [*map(sql.Identifier, ["day", *stored.dimension_columns()]), *measures]
    return sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns), source)


def forget_empty(cursor: Any, stored: type[Measures], condition: sql.Composable) -> None:
    """Delete the sums of no log rows at all, which subtracting leaves behind."""
    counter = sql.Identifier(stored.measure_columns()[0])
    parts = {"stored": _table(stored), "counter": counter, "condition": condition}
    cursor.execute(sql.SQL(_FORGET_EMPTY).format(**parts))


def _parts(stored: type[Measures]) -> dict[str, sql.Composable]:
    comma = sql.SQL(", ")
    key = [column for column in stored.key_columns() if column != "cell"]
    dimensions = [sql.Identifier(name) for name in stored.dimension_columns()]
    measures = [sql.Identifier(name) for name in stored.measure_columns()]
    grains = [
        comma.join(
            column
            for name, column in zip(stored.dimensions, dimensions, strict=True)
            if name in kept
        )
        for kept in stored.grains
    ]
    return {
        "stored": _table(stored),
        "dimensions": comma.join(dimensions),
        "kept": comma.join(sql.SQL("coalesce({}, 0)").format(column) for column in dimensions),
        "measures": comma.join(measures),
        "sums": comma.join(sql.SQL("sum({0}) AS {0}").format(name) for name in measures),
        "totals": comma.join(sql.SQL("old.{0} + excluded.{0}").format(name) for name in measures),
        "grains": comma.join(sql.SQL("({})").format(kept) for kept in grains),
        "levels": sql.Literal(list(stored.levels)),
        "level_bits": sql.Literal(LEVEL_BITS),
        "place_bits": sql.Literal(PLACE_BITS),
        "order": comma.join([sql.SQL("1"), *map(sql.Identifier, key)]),
        "key": comma.join(map(sql.Identifier, stored.key_columns())),
    }


def _table(stored: type[Measures]) -> sql.Identifier:
    return sql.Identifier(stored._meta.db_table)  # noqa: SLF001 - documented API
