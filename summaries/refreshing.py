"""Merging new log rows into the summaries.

All writers of summaries hold the lock of decisions/locks.py. Whoever is killed leaves everything
as it was before the step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, Error, connection, transaction
from django.db.models import Min, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from psycopg import sql

from config.commands import first_line
from config.transactions import repeated
from decisions.locks import lock_summaries
from decisions.logs import Log
from summaries.merging import add, analyze, contributions, room_for_sums
from summaries.models import MERGED_LOGS, SUMMARIES, LogWatermark
from summaries.safe_watermark import safe_watermark

STEP = 250_000  # ids merged in one transaction: its sums fit in memory

Advanced = Callable[[Log, int, int], None]


class NotRefreshedError(DatabaseError):
    """Some logs could not be merged; the message has the reason of each."""


@dataclass(frozen=True)
class LogStatus:
    """How far the summaries of a log have got.

    `refreshed_at` is when they last knew all there was, so no row that waits has waited longer
    than `lag`; it is unknown before the first time.
    """

    log: Log
    merged_id: int
    waiting: int
    lag: timedelta | None
    refreshed_at: datetime | None


def refresh(advanced: Advanced | None = None) -> dict[str, int]:
    """Merge all rows that are in the logs now; returns the number of ids merged by log.

    `advanced` is told the log, the ids merged and the ids to merge after each step. A log that
    cannot be merged does not keep the others from it. Raises NotRefreshedError in the end.
    """
    merged: dict[str, int] = {}
    failed: dict[str, Error] = {}
    for log in MERGED_LOGS:
        try:
            merged[log.entity] = _refresh_log(log, advanced)
        except Error as error:
            if connection.connection is None or not connection.is_usable():
                raise  # the server is away, for the other logs too
            failed[log.entity] = error
    if any(merged.values()):
        analyze(SUMMARIES)
    if failed:
        reasons = "; ".join(f"{entity}: {first_line(error)}" for entity, error in failed.items())
        raise NotRefreshedError(f"some logs were not merged ({reasons})") from None
    return merged


def _refresh_log(log: Log, advanced: Advanced | None) -> int:
    """Merge all rows that are in the log now; returns the number of ids."""
    first = LogWatermark.objects.get_or_create(log=log.entity)[0].merged_id
    begun = timezone.now()
    target = safe_watermark(log)
    watermark = first
    while watermark < target:
        watermark = repeated(partial(_step, log, target))
        if advanced:
            advanced(log, watermark - first, target - first)
    # Others may have begun later and be done already.
    up_to_date = Greatest("refreshed_at", Value(begun))
    LogWatermark.objects.filter(log=log.entity).update(refreshed_at=up_to_date)
    return max(0, watermark - first)


def _step(log: Log, target: int) -> int:
    """Merge the next rows in one transaction; returns the new watermark."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_summaries()
        room_for_sums(cursor)
        watermark = LogWatermark.objects.get(log=log.entity)
        rows = log.model._default_manager.filter(id__gt=watermark.merged_id, id__lte=target)
        # Ids have gaps, of rows that were rolled back or dropped: no step is wasted on them.
        next_id = rows.aggregate(first=Min("id"))["first"] or target
        up_to = min(target, next_id - 1 + STEP)
        if up_to <= watermark.merged_id:  # somebody else was faster
            return watermark.merged_id
        for summary in SUMMARIES:
            if summary.log is log:
                tail = sql.SQL("{} WHERE log_id > {} AND log_id <= {}").format(
                    sql.Identifier(summary.contributions_view()),
                    sql.Literal(watermark.merged_id),
                    sql.Literal(up_to),
                )
                add(cursor, summary, contributions(summary, tail))
        watermark.merged_id = up_to
        watermark.save(update_fields=["merged_id"])
    return up_to


def status() -> list[LogStatus]:
    """How far the summaries of each log have got."""
    now = timezone.now()
    return [_status_of(log, now) for log in MERGED_LOGS]


def _status_of(log: Log, now: datetime) -> LogStatus:
    entity = log.entity
    watermark = LogWatermark.objects.filter(log=entity).first() or LogWatermark(log=entity)
    waiting = log.model._default_manager.filter(id__gt=watermark.merged_id).count()
    since = watermark.refreshed_at if waiting else now
    lag = now - since if since else None
    return LogStatus(log, watermark.merged_id, waiting, lag, watermark.refreshed_at)
