"""Making the sums of days anew from the log."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from config.transactions import repeated
from decisions.locks import lock_summaries
from summaries.buckets import days_of, grouping_set_number
from summaries.merging import add, analyze, contributions, room_for_sums
from summaries.models import SUMMARIES, LogWatermark, Measures


def rebuild(first: date | None = None, last: date | None = None) -> None:
    """Make the sums of the days anew from the log, as far as it has been merged.

    Days of which the log has been dropped keep the sums they have.
    """
    repeated(partial(_rebuild_all, first, last))
    analyze(SUMMARIES)


def _rebuild_all(first: date | None, last: date | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        lock_summaries()
        room_for_sums(cursor)
        for watermark in LogWatermark.objects.all():
            # A month ends within a day of the reporting zone, so that day is incomplete too.
            known = _first_whole_day(watermark.dropped_before)
            start = max(first or known, known)
            for summary in SUMMARIES:
                if summary.log.entity == watermark.log:
                    _rebuild(cursor, summary, watermark.merged_id, start, last or date.max)


def _first_whole_day(moment: datetime | None) -> date:
    if moment is None:
        return date.min
    local = moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    begins = local.time() == time.min and not local.fold
    return local.date() if begins else local.date() + timedelta(days=1)


def _rebuild(cursor: Any, summary: type[Measures], merged_id: int, first: date, last: date) -> None:
    """Replace the sums: by the log for these days, by what is stored for all others.

    The finest buckets, of single days and all dimensions, say everything that the others do.
    """
    table = sql.Identifier(summary._meta.db_table)
    none, beyond = days_of(grouping_set_number(summary.dimensions, summary.dimensions))
    parts = {
        "stored": table,
        "rows": sql.Identifier(summary.contributions_view()),
        "watermark": sql.Literal(merged_id),
        "first": sql.Literal(first),
        "last": sql.Literal(last),
        "none": sql.Literal(none),
        "beyond": sql.Literal(beyond),
    }
    stored_days = sql.SQL(
        "{stored} WHERE bucket > {none} AND bucket < {beyond} "
        "AND day NOT BETWEEN {first} AND {last}"
    ).format(**parts)
    logged_days = sql.SQL("{rows} WHERE log_id <= {watermark} AND day BETWEEN {first} AND {last}")
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE kept_days ON COMMIT DROP AS {}").format(
            contributions(summary, stored_days)
        )
    )
    cursor.execute(sql.SQL("DELETE FROM {}").format(table))
    add(
        cursor,
        summary,
        sql.SQL("{} UNION ALL {}").format(
            contributions(summary, sql.SQL("kept_days")),
            contributions(summary, logged_days.format(**parts)),
        ),
    )
    cursor.execute("DROP TABLE kept_days")
