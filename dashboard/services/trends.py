"""What changes from day to day."""

from datetime import date
from decimal import Decimal

from dashboard.services.base import Row, Service, money
from dashboard.snapshot import select
from decisions.cells import cells_of, grain
from decisions.models import LatencySums


class ActivityDay(Row):
    date: date
    impressions: int
    conversions: int


class DailyTrend(Service):
    """Impressions and conversions on each day of the window, oldest first, zeros filled in."""

    accepts = frozenset({"days", "segmentId"})

    def data(self) -> list[ActivityDay]:
        window = self.question.window
        measures = ("impressions", "conversions")
        sums = self.question.interactions().sums(window, "day", of=measures)
        totals = {day: counts for day, *counts in sums}
        return [ActivityDay(day, *totals.get(day, (0, 0))) for day in window.dates()]


class RevenueDay(Row):
    date: date
    revenue: Decimal


class RevenueTrend(Service):
    """Revenue on each day of the window, oldest first, zeros filled in."""

    accepts = frozenset({"days", "segmentId"})

    def data(self) -> list[RevenueDay]:
        window = self.question.window
        totals = dict(self.question.interactions().sums(window, "day", of=["revenue"]))
        return [RevenueDay(day, money(totals.get(day))) for day in window.dates()]


# percentile_cont wants a row for each run; these are latencies with numbers of runs. So the same is
# worked out from running totals: a percentile p of n runs lies p * (n - 1) runs after the first,
# and between two runs in proportion. The run that has k before it is that of the first total
# above k; width_bucket finds it in a day's totals by halving. Every row is read once.
LATENCY_PERCENTILES = """
WITH running AS (
    SELECT day, latency_ms, sum(runs) OVER (PARTITION BY day ORDER BY latency_ms) AS up_to
    FROM decisions_latency_sums
    WHERE cell = ANY(%(cells)s)
       OR cell = 0 AND day BETWEEN %(first)s AND %(last)s
          AND log_at >= %(start)s AND log_at < %(end)s
), days AS (
    SELECT day, max(up_to) AS runs,
           array_agg(latency_ms ORDER BY latency_ms) AS latencies,
           array_agg(up_to ORDER BY latency_ms) AS totals
    FROM running
    GROUP BY day
    HAVING max(up_to) > 0
), places AS (
    SELECT *, 0.50::double precision * (runs - 1) AS at_50,
           0.99::double precision * (runs - 1) AS at_99
    FROM days
), neighbours AS (
    SELECT day, runs, at_50 - floor(at_50) AS part_50, at_99 - floor(at_99) AS part_99,
           latencies[1 + width_bucket(floor(at_50)::bigint, totals)] AS below_50,
           latencies[1 + width_bucket(ceil(at_50)::bigint, totals)] AS above_50,
           latencies[1 + width_bucket(floor(at_99)::bigint, totals)] AS below_99,
           latencies[1 + width_bucket(ceil(at_99)::bigint, totals)] AS above_99
    FROM places
)
SELECT day,
       below_50 + part_50 * (above_50 - below_50),
       below_99 + part_99 * (above_99 - below_99),
       runs
FROM neighbours
"""


class LatencyDay(Row):
    date: date
    p50: float | None
    p99: float | None
    runs: int


class LatencyTrend(Service):
    """Latency of runs on each day of the window, oldest first: median and 99th percentile, in ms.

    Of the completed and failed runs that have a latency, by their start; percentiles are
    interpolated between two runs, and null on a day without any.
    """

    accepts = frozenset({"days"})

    def data(self) -> list[LatencyDay]:
        window = self.question.window
        kept = grain(LatencySums.dimensions, LatencySums.dimensions)
        found = select(
            LATENCY_PERCENTILES,
            {
                "cells": cells_of(window, kept, daily=True),
                "first": window.first,
                "last": window.last,
                "start": window.start,
                "end": window.end,
            },
        )
        days = {day: LatencyDay(day, *measures) for day, *measures in found}
        return [days.get(day, LatencyDay(day, None, None, 0)) for day in window.dates()]
