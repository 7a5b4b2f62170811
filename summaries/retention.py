"""Retention: dropping old months of the log, while the summaries keep what they know of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from psycopg import sql

from config.transactions import repeated
from decisions.locks import exclude_readers, lock_summaries
from decisions.logs import PARTITIONED, Log
from decisions.partitions import following, month_of
from summaries.models import LogWatermark


class NotMergedError(Exception):
    """Rows would be lost that no summary knows yet."""


def drop_months(before: str) -> Iterator[str]:
    """Drop the partitions of all months before `before` ("2026-01"), yielding their names.

    The summaries keep what they know of these months. Raises NotMergedError if they do not know
    all of it yet.
    """
    edge = datetime.strptime(f"{before}-01 +0000", "%Y-%m-%d %z")
    for log in PARTITIONED:
        # A transaction each: an answer that has read one log and goes on to another would wait
        # for us, and we for it.
        yield from repeated(partial(_drop, log, before, edge))


def _drop(log: Log, before: str, edge: datetime) -> list[str]:
    """Drop the old partitions of one log."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_summaries()
        table = sql.Identifier(log.table)
        # As dropping does anyway, but before looking for rows that nobody may add meanwhile.
        exclude_readers(cursor, sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        old = log.model._default_manager.filter(**{f"{log.time}__lt": edge})
        watermark = LogWatermark.objects.get_or_create(log=log.entity)[0]
        if old.filter(id__gt=watermark.merged_id).exists():
            raise NotMergedError(log.entity)
        names = _partitions_before(log.table, before)
        for name in names:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
        if names:
            # Later months may have gone before, when fewer were kept.
            latest = Greatest("dropped_before", Value(edge))
            LogWatermark.objects.filter(log=log.entity).update(dropped_before=latest)
    return names


def dropped_before() -> datetime | None:
    """Return from when on all logs are complete, or None if nothing was ever dropped."""
    edges = LogWatermark.objects.exclude(dropped_before=None)
    return edges.order_by("dropped_before").values_list("dropped_before", flat=True).last()


def _partitions_before(table: str, month: str) -> list[str]:
    """The names of a log's partitions of earlier months, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree(%s::regclass) "
            "WHERE isleaf AND relid::regclass::text ~ '_[0-9]{4}_[0-9]{2}$' ORDER BY 1",
            [connection.ops.quote_name(table)],
        )
        names = [name for (name,) in cursor.fetchall()]
    return [name for name in names if name[-7:].replace("_", "-") < month]


def months_ago(months: int) -> str:
    """The month that lies `months` months before this one."""
    return following(month_of(datetime.now(UTC).date()), -months)
