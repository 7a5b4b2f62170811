"""Folding new log rows into the summaries, and rebuilding these.

All writers of summaries hold the lock of decisions/locks.py. Whoever is killed leaves everything
as it was before the step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, Error, connection, models, transaction
from django.db.models import Min, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from psycopg import sql

from config.commands import first_line
from config.transactions import repeated
from decisions.cells import cell, grain
from decisions.folding import add, contributions
from decisions.locks import lock_summaries
from decisions.models import (
    Attribution,
    AttributionSummary,
    ConsiderationSummary,
    DecisionSummary,
    DecisionTrace,
    Interaction,
    InteractionSummary,
    LatencySummary,
    Measures,
    OfferDecisionSummary,
    Run,
    ScoreSummary,
    SummaryMark,
)
from decisions.safe_mark import safe_mark

LOGS: dict[str, type[models.Model]] = {
    "interactions": Interaction,
    "decisions": DecisionTrace,
    "runs": Run,
    "attributions": Attribution,
}
Summaries = Sequence[type[Measures]]
SUMMARIES: Summaries = (
    InteractionSummary,
    DecisionSummary,
    OfferDecisionSummary,
    ConsiderationSummary,
    ScoreSummary,
    LatencySummary,
    AttributionSummary,
)
STEP = 250_000  # ids folded in one transaction: its sums fit in memory

# Room for adding up in memory, where the usual setting is meant for small queries.
_WORK_MEM = "SET LOCAL work_mem = '256MB'"


class NotRefreshedError(DatabaseError):
    """What the database said of the logs that could not be folded in."""


@dataclass(frozen=True)
class Status:
    """How far the summaries of a log have got.

    `refreshed_at` is when they last knew all there was, so no row that waits has waited longer
    than `lag`; it is unknown before the first time.
    """

    log: str
    folded_id: int
    waiting: int
    lag: timedelta | None
    refreshed_at: datetime | None


def refresh(
    summaries: Summaries, advanced: Callable[[str, int, int], None] | None = None
) -> dict[str, int]:
    """Fold all rows that are in the logs now; returns the number of ids folded by log.

    `advanced` is told the log, the ids folded and the ids to fold after each step. A log that
    cannot be folded in does not keep the others from it. Raises NotRefreshedError in the end.
    """
    folded: dict[str, int] = {}
    failed: dict[str, Error] = {}
    for log in LOGS:
        try:
            folded[log] = _refresh_log(summaries, log, advanced)
        except Error as error:
            if connection.connection is None or not connection.is_usable():
                raise  # the server is away, for the other logs too
            failed[log] = error
    if any(folded.values()):
        _analyze(summaries)
    if failed:
        said = "; ".join(f"{log}: {first_line(error)}" for log, error in failed.items())
        raise NotRefreshedError(f"some logs were not folded in ({said})") from None
    return folded


def _refresh_log(
    summaries: Summaries, log: str, advanced: Callable[[str, int, int], None] | None
) -> int:
    """Fold all rows that are in the log now; returns the number of ids."""
    first = SummaryMark.objects.get_or_create(summary=log)[0].folded_id
    begun = timezone.now()
    target = safe_mark(LOGS[log])
    stored = [each for each in summaries if each.log == log]
    mark = first
    while mark < target:
        mark = repeated(partial(_step, stored, log, target))
        if advanced:
            advanced(log, mark - first, target - first)
    # Others may have begun later and be done already.
    up_to_date = Greatest("refreshed_at", Value(begun))
    SummaryMark.objects.filter(summary=log).update(refreshed_at=up_to_date)
    return max(0, mark - first)


def _step(summaries: Summaries, log: str, target: int) -> int:
    """Fold the next rows in one transaction; returns the new mark."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_summaries()
        cursor.execute(_WORK_MEM)
        mark = SummaryMark.objects.get(summary=log)
        ahead = LOGS[log]._default_manager.filter(id__gt=mark.folded_id, id__lte=target)  # noqa: SLF001 - documented API
        # Ids have gaps, of rows that were rolled back or dropped: no step is wasted on them.
        next_id = ahead.aggregate(first=Min("id"))["first"] or target
        up_to = min(target, next_id - 1 + STEP)
        if up_to <= mark.folded_id:  # somebody else was faster
            return mark.folded_id
        for stored in summaries:
            rows = sql.SQL("{} WHERE log_id > {} AND log_id <= {}").format(
                *(sql.Identifier(stored.rows), sql.Literal(mark.folded_id), sql.Literal(up_to))
            )
            add(cursor, stored, contributions(stored, rows))
        mark.folded_id = up_to
        mark.save(update_fields=["folded_id"])
    return up_to


def rebuild(summaries: Summaries, first: date | None = None, last: date | None = None) -> None:
    """Make the sums of the days anew from the log, as far as it has been folded in.

    Days of which the log has been dropped keep the sums they have.
    """
    repeated(partial(_rebuild_all, summaries, first, last))
    _analyze(summaries)


def _rebuild_all(summaries: Summaries, first: date | None, last: date | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        lock_summaries()
        cursor.execute(_WORK_MEM)
        for mark in SummaryMark.objects.all():
            # A month ends within a day of the reporting zone, so that day is incomplete too.
            known = _first_whole_day(mark.dropped_before)
            start = max(first or known, known)
            for stored in summaries:
                if stored.log == mark.summary:
                    _rebuild(cursor, stored, mark.folded_id, start, last or date.max)


def _first_whole_day(moment: datetime | None) -> date:
    if moment is None:
        return date.min
    local = moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    begins = local.time() == time.min and not local.fold
    return local.date() if begins else local.date() + timedelta(days=1)


def _rebuild(cursor: Any, stored: type[Measures], mark: int, first: date, last: date) -> None:
    """Replace the sums by what the log says of the days, and the stored days say of all others.

    The finest cells, of single days and all dimensions, say everything that the others do.
    """
    table = sql.Identifier(stored._meta.db_table)  # noqa: SLF001 - documented API
    finest = grain(stored.dimensions, stored.dimensions)
    parts = {
        "stored": table,
        "rows": sql.Identifier(stored.rows),
        "mark": sql.Literal(mark),
        "first": sql.Literal(first),
        "last": sql.Literal(last),
        "finest": sql.Literal(cell(finest, 0, date.min) - 1),
        "beyond": sql.Literal(cell(finest, 1, date.min) - 1),
    }
    stored_days = sql.SQL(
        "{stored} WHERE cell > {finest} AND cell < {beyond} AND day NOT BETWEEN {first} AND {last}"
    ).format(**parts)
    logged_days = sql.SQL("{rows} WHERE log_id <= {mark} AND day BETWEEN {first} AND {last}")
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE kept_days ON COMMIT DROP AS {}").format(
            contributions(stored, stored_days)
        )
    )
    cursor.execute(sql.SQL("DELETE FROM {}").format(table))
    add(
        cursor,
        stored,
        sql.SQL("{} UNION ALL {}").format(
            contributions(stored, sql.SQL("kept_days")),
            contributions(stored, logged_days.format(**parts)),
        ),
    )
    cursor.execute("DROP TABLE kept_days")


def status() -> list[Status]:
    """How far the summaries of each log have got."""
    now = timezone.now()
    found = []
    for log, model in LOGS.items():
        mark = SummaryMark.objects.filter(summary=log).first() or SummaryMark(summary=log)
        waiting = model._default_manager.filter(id__gt=mark.folded_id)  # noqa: SLF001 - documented API
        count = waiting.count()
        since = mark.refreshed_at if count else now
        lag = now - since if since else None
        found.append(Status(log, mark.folded_id, count, lag, mark.refreshed_at))
    return found


def _analyze(summaries: Summaries) -> None:
    """Tell the planner what the summaries have become."""
    tables = [sql.Identifier(stored._meta.db_table) for stored in summaries]  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(tables)))
