"""Month partitions of the log tables."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.db import OperationalError, connection
from psycopg import sql

from config.transactions import LOCK_NOT_AVAILABLE, repeated, sqlstate
from decisions.append_only import changing_the_log
from decisions.locks import exclude_readers, lock_summaries
from decisions.logs import Log
from decisions.sql import text

_NEW_PARTITION = text("new_partition")
# Stray dates stay in the default partition, so that a broken clock cannot make thousands of tables.
OLDEST_YEARS = 10


def month_of(day: date) -> str:
    """The month of a day, as "2026-01"."""
    return f"{day.year:04}-{day.month:02}"


def following(month: str, count: int = 1) -> str:
    """The month `count` months later."""
    months = int(month[:4]) * 12 + int(month[5:7]) - 1 + count
    return f"{months // 12:04}-{months % 12 + 1:02}"


def ensure_partitions(log: Log, months: Iterable[str], *, move: bool = False) -> list[str]:
    """Create the partitions that `months` lack, in UTC; returns the names of the new ones.

    Months more than ten years back or one year ahead are left to the default partition, and
    so are months that have rows there already, unless these are to `move` (see _create).
    """
    this_month = month_of(datetime.now(UTC).date())
    oldest, newest = following(this_month, -12 * OLDEST_YEARS), following(this_month, 12)
    wanted = {f"{log.table}_{m[:4]}_{m[5:]}": m for m in months if oldest <= m <= newest}
    create = _create if move else _create_unless_read
    return [
        name
        for name in _missing(list(wanted))
        if repeated(partial(create, _names(log, name, wanted[name]), name, move=move))
    ]


def _names(log: Log, name: str, month: str) -> dict[str, sql.Composable]:
    return {
        "log": sql.Identifier(log.table),
        "rest": sql.Identifier(f"{log.table}_default"),
        "new": sql.Identifier(name),
        "log_name": sql.Literal(log.table),
        "new_name": sql.Literal(name),
        "time": sql.Identifier(log.time),
        "start": sql.Literal(f"{month}-01T00:00:00+00:00"),
        "end": sql.Literal(f"{following(month)}-01T00:00:00+00:00"),
    }


def _missing(names: list[str]) -> list[str]:
    """Those of the tables that are not there.

    Not to_regclass: a session remembers that it found nothing, and an advisory lock, unlike a
    lock on a table, does not make it look again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) name WHERE NOT EXISTS (SELECT FROM pg_class "
            "WHERE relname = name AND relnamespace = current_schema()::regnamespace) ORDER BY name",
            [names],
        )
        return [name for (name,) in cursor.fetchall()]


def _waiting(cursor: Any, names: dict[str, sql.Composable]) -> bool:
    """Whether the default partition has rows of the month."""
    cursor.execute(
        sql.SQL(
            "SELECT EXISTS (SELECT FROM {rest} WHERE {time} >= {start} AND {time} < {end})"
        ).format(**names)
    )
    return bool(cursor.fetchone()[0])


def _create_unless_read(names: dict[str, sql.Composable], name: str, *, move: bool) -> bool:
    """As _create; but rows go to the default partition as long as a backup reads that one."""
    try:
        return _create(names, name, move=move)
    except OperationalError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
        return False


def _create(names: dict[str, sql.Composable], name: str, *, move: bool) -> bool:
    """Create the partition; returns whether it was still to be made.

    The log is locked against others who add partitions before anything else is looked at; then
    the default partition, so that nobody can add a row of this month to it meanwhile
    (see decisions/locks.py).

    Rows that wait in the default partition move only on request. To a transaction that began
    before, they are still there, where a query planned afterwards no longer looks: an answer that
    is being made in that moment would miss them.
    """
    with changing_the_log(), connection.cursor() as cursor:
        if move:
            lock_summaries()  # whose statements might miss the rows in the same way, for good
        cursor.execute(
            sql.SQL("LOCK TABLE ONLY {log} IN SHARE UPDATE EXCLUSIVE MODE").format(**names)
        )
        # Looked for once more before the default partition is locked, which holds others up.
        if not _missing([name]) or (not move and _waiting(cursor, names)):
            return False
        exclude_readers(
            cursor, sql.SQL("LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE").format(**names)
        )
        if not move and _waiting(cursor, names):
            return False
        cursor.execute(sql.SQL(_NEW_PARTITION).format(**names))
    return True
