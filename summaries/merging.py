"""Adding to the sums of a summary, in all of its buckets.

The SQL is put together from what the summary declares, so every writer (refreshing,
materialising a segment, erasing a customer) adds in the same way.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, LiteralString

from django.db import connection, models
from psycopg import sql

from summaries.buckets import days_of, exponent, first_number, grouping_set_number
from summaries.models import Measures

# Each set of sums is made from a finer one: by day and all dimensions first, then for fewer
# dimensions and more days. Written in the order of the key, so that what is read together lies
# together. Where nothing can be stored yet, since the days are later than all stored ones, it takes
# half as long not to ask for conflicts.
_ADD: LiteralString = """
WITH {sets}, added AS MATERIALIZED ({buckets} ORDER BY {key}),
known AS MATERIALIZED (SELECT {newest} AS until), fresh AS (
    INSERT INTO {stored} (bucket, day, {dimensions}, {measures})
    SELECT bucket, day, {dimensions}, {measures} FROM added
    WHERE day > (SELECT until FROM known)
), changed AS (
    INSERT INTO {stored} AS old (bucket, day, {dimensions}, {measures})
    SELECT bucket, day, {dimensions}, {measures} FROM added
    WHERE day <= (SELECT until FROM known)
    ON CONFLICT ({key}) DO UPDATE SET ({measures}) = ROW ({totals})
    RETURNING {key}, {counter}
)
SELECT {key} FROM changed WHERE {counter} = 0
"""
_FORGET: LiteralString = "DELETE FROM {stored} WHERE ({key}) IN (SELECT * FROM unnest({emptied}))"
# The number of a span among those of its length, as summaries/buckets.py counts them.
_DAYS: LiteralString = "(SELECT day - '0001-01-01'::date + 1 AS span, * FROM ({source}) source)"
_SET: LiteralString = """
{name} AS (
    SELECT span >> {shift} AS span, {kept}, {sums} FROM {finer} finer GROUP BY {groups}
)
"""
# The first span would begin before the calendar.
_BUCKET: LiteralString = """
SELECT {first} + span AS bucket, '0001-01-01'::date - 1 + greatest(1, span << {exponent}) AS day,
       {dimensions}, {measures}
FROM {name}
"""
# The newest stored day, by the primary key.
_NEWEST: LiteralString = """
coalesce((SELECT max(bucket) - {none} FROM {stored} WHERE {among} AND bucket < {beyond}), 0)
    + '0001-01-01'::date - 1
"""


def add(
    cursor: Any,
    stored: type[Measures],
    source: sql.Composable,
    among: sql.Composable | None = None,
) -> None:
    """Add the rows of the query `source`, which has day, dimensions and measures, to the sums.

    Sums of no log rows at all, which subtracting leaves behind, are deleted.
    `among` is a condition on what comes before the bucket in the primary key, if all rows meet one.
    """
    measures = [sql.Identifier(name) for name in stored.measure_columns()]
    key = _list(map(sql.Identifier, stored.key_columns()))
    sets, buckets = zip(*_sets(stored, sql.SQL(_DAYS).format(source=source)), strict=True)
    statement = sql.SQL(_ADD).format(
        sets=sql.SQL(",").join(sets),
        buckets=sql.SQL("UNION ALL").join(buckets),
        stored=_table(stored),
        newest=_newest(stored, among),
        dimensions=_list(map(sql.Identifier, stored.dimension_columns())),
        measures=_list(measures),
        key=key,
        counter=measures[0],
        totals=_list(sql.SQL("old.{0} + excluded.{0}").format(name) for name in measures),
    )
    cursor.execute(statement)
    if emptied := cursor.fetchall():
        _forget(cursor, stored, key, emptied)


def contributions(
    stored: type[Measures], source: sql.Composable, factor: LiteralString = "1"
) -> sql.Composed:
    """A query for what the rows of `source` add to a summary, each multiplied by `factor`.

    `source` is what follows FROM: the view of contributions, and conditions.
    """
    factors = sql.SQL(factor)
    measures = [
        sql.SQL("{0} * {1} AS {1}").format(factors, sql.Identifier(name))
        for name in stored.measure_columns()
    ]
    columns = [*map(sql.Identifier, ["day", *stored.dimension_columns()]), *measures]
    return sql.SQL("SELECT {} FROM {}").format(_list(columns), source)


def room_for_sums(cursor: Any) -> None:
    """Let this transaction add up in memory, where the usual setting is meant for small queries."""
    cursor.execute("SET LOCAL work_mem = '256MB'")


def analyze(summaries: Iterable[type[models.Model]]) -> None:
    """Tell the planner what these tables have become."""
    tables = _list(sql.Identifier(summary._meta.db_table) for summary in summaries)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(tables))


def _forget(
    cursor: Any, stored: type[Measures], key: sql.Composable, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Delete the sums with these primary keys."""
    arrays = []
    for name, column in zip(stored.key_columns(), zip(*rows, strict=True), strict=True):
        type_name: Any = stored._meta.get_field(name).db_type(connection)
        arrays.append(sql.SQL("{}::{}[]").format(list(column), sql.SQL(type_name)))
    cursor.execute(sql.SQL(_FORGET).format(stored=_table(stored), key=key, emptied=_list(arrays)))


def _sets(
    stored: type[Measures], days: sql.Composable
) -> Iterator[tuple[sql.Composed, sql.Composed]]:
    """For each grouping set and granularity: its common table expression, and its buckets."""
    columns = dict(zip(stored.dimensions, stored.dimension_columns(), strict=True))
    sums = _list(map(_sum, stored.measure_fields()))
    finest = days
    for kept in sorted(stored.grouping_sets, key=len, reverse=True):
        number = grouping_set_number(kept, stored.dimensions)
        finer = finest
        for shorter, granularity in pairwise((1, *stored.granularities)):
            name = sql.Identifier(f"set_{number}_of_{granularity}_days")
            groups = [sql.SQL("1"), *(sql.Identifier(columns[one]) for one in sorted(kept))]
            common = sql.SQL(_SET).format(
                name=name,
                shift=sql.Literal(exponent(granularity) - exponent(shorter)),
                kept=_list(
                    sql.SQL("{}" if dimension in kept else "0 AS {}").format(sql.Identifier(column))
                    for dimension, column in columns.items()
                ),
                sums=sums,
                finer=finer,
                groups=_list(groups),
            )
            buckets = sql.SQL(_BUCKET).format(
                first=sql.Literal(first_number(number, granularity)),
                exponent=sql.Literal(exponent(granularity)),
                dimensions=_list(map(sql.Identifier, columns.values())),
                measures=_list(map(sql.Identifier, stored.measure_columns())),
                name=name,
            )
            yield common, buckets
            finest, finer = (name if finest is days else finest), name


def _newest(stored: type[Measures], among: sql.Composable | None) -> sql.Composable:
    """The last day on which something may be stored among those that meet the condition."""
    if among is None:
        if stored.key_columns()[0] != "bucket":
            return sql.SQL("'infinity'::date")  # asking would take reading everything
        among = sql.SQL("true")
    none, beyond = days_of(grouping_set_number(stored.dimensions, stored.dimensions))
    return sql.SQL(_NEWEST).format(
        none=sql.Literal(none), stored=_table(stored), among=among, beyond=sql.Literal(beyond)
    )


def _sum(field: "models.Field[Any, Any]") -> sql.Composable:
    """The sum in the column's own type: the wider type that sum() returns is slower to add up."""
    type_name: Any = field.db_type(connection)
    return sql.SQL("sum({0})::{1} AS {0}").format(sql.Identifier(field.attname), sql.SQL(type_name))


def _table(stored: type[Measures]) -> sql.Identifier:
    return sql.Identifier(stored._meta.db_table)


def _list(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)
