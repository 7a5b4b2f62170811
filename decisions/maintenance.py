"""Taking rows out of the log and keeping the summaries right: erasure and retention."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from psycopg import sql

from config.transactions import repeated
from decisions.append_only import changing_the_log
from decisions.folding import add, contributions
from decisions.locks import exclude_readers, lock_summaries
from decisions.models import Attribution, DecisionTrace, Interaction, SummaryMark, Suppression
from decisions.partitions import PARTITIONED, following, month_of
from decisions.refreshing import LOGS, Summaries

# What has a customer. The identities of the rows stay, so that files that are ingested again do not
# bring the customer back.
OF_CUSTOMERS: tuple[type[models.Model], ...] = (
    *(Interaction, DecisionTrace, Attribution),
    Suppression,
)


class NotFoldedError(Exception):
    """Rows would be lost that no summary knows yet."""


def erase_from_log(customer_id: str, summaries: Summaries) -> dict[str, int]:
    """Remove a customer's rows and their share in every summary; returns the rows by table.

    To be called in a transaction, before the customer leaves the segments.
    """
    with changing_the_log(), connection.cursor() as cursor:
        lock_summaries()
        marks = dict(SummaryMark.objects.values_list("summary", "folded_id"))
        for stored in summaries:
            if LOGS[stored.log] in OF_CUSTOMERS:
                rows = sql.SQL("{} WHERE customer_id = {} AND log_id <= {}").format(
                    sql.Identifier(stored.rows),
                    sql.Literal(customer_id),
                    sql.Literal(marks.get(stored.log, 0)),
                )
                add(cursor, stored, contributions(stored, rows, "-1"))
        # In the order of ingestion, so that neither waits for the other to end.
        held = Suppression.objects.filter(customer_id=customer_id).order_by("external_id")
        list(held.select_for_update())
        removed = {}
        for model in OF_CUSTOMERS:
            count, _ = model._default_manager.filter(customer_id=customer_id).delete()  # noqa: SLF001 - documented API
            removed[str(model._meta.verbose_name_plural)] = count  # noqa: SLF001
    return removed


def drop_months(before: str, summaries: Summaries) -> Iterator[str]:
    """Drop the partitions of all months before `before` ("2026-01"), log by log; their names.

    The summaries keep what they know of these months. Raises NotFoldedError if they do not know
    all of it yet.
    """
    edge = datetime.strptime(f"{before}-01 +0000", "%Y-%m-%d %z")
    folded = {stored.log for stored in summaries}
    for model, time in PARTITIONED.items():
        # A transaction each: an answer that has read one log and goes on to another would wait
        # for us, and we for it.
        logs = [log for log, of in LOGS.items() if of is model and log in folded]
        yield from repeated(partial(_drop, model, time, logs, before, edge))


def _drop(
    model: type[models.Model], time: str, logs: list[str], before: str, edge: datetime
) -> list[str]:
    """Drop the old partitions of one log, which has these marks."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_summaries()
        table = sql.Identifier(model._meta.db_table)  # noqa: SLF001 - documented API
        # As dropping does anyway, but before looking for rows that nobody may add meanwhile.
        exclude_readers(cursor, sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        old = model._default_manager.filter(**{f"{time}__lt": edge})  # noqa: SLF001
        for log in logs:
            mark = SummaryMark.objects.get_or_create(summary=log)[0]
            if old.filter(id__gt=mark.folded_id).exists():
                raise NotFoldedError(log)
        names = _partitions_before(model._meta.db_table, before)  # noqa: SLF001
        for name in names:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
        if names:
            # Later months may have gone before, when fewer were kept.
            latest = Greatest("dropped_before", Value(edge))
            SummaryMark.objects.filter(summary__in=logs).update(dropped_before=latest)
    return names


def dropped_before() -> datetime | None:
    """Of what time on all logs are complete; None if nothing was ever dropped."""
    edges = SummaryMark.objects.exclude(dropped_before=None)
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
    """The month so many months before this one."""
    return following(month_of(datetime.now(UTC).date()), -months)
