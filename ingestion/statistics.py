"""Telling the query planner about new rows."""

from collections.abc import Mapping

from django.db import connection
from psycopg import sql

# As much of a table as autovacuum waits for by default. It never looks at a partitioned table as
# a whole, and comes too late for whoever asks right after the first load.
GROWTH = 0.1


def analyze_grown(loaded: Mapping[str, int]) -> None:
    """ANALYZE the tables that have grown by a good part, given the rows that each one got.

    A few new rows in a log of years are not worth reading samples of all its partitions.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sum(greatest(reltuples, 0)) FROM unnest(%s::text[]) name "
            "LEFT JOIN pg_partition_tree(name::regclass) part ON isleaf "
            "JOIN pg_class ON pg_class.oid = coalesce(part.relid, name::regclass) GROUP BY name",
            [list(loaded)],
        )
        grown = [name for name, rows in cursor.fetchall() if loaded[name] > GROWTH * rows]
        for name in sorted(grown):
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
