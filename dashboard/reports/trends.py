"""What changes from day to day."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from dashboard.parameters.declared import SEGMENTED, WINDOWED
from dashboard.reports.base import Report, Row, money
from summaries.models import LatencyTotals


class ActivityDay(Row):
    date: date
    impressions: int
    conversions: int


class DailyTrendReport(Report):
    """Impressions and conversions on each day of the window, oldest first, zeros filled in."""

    name = "daily_trend"
    accepts = (*WINDOWED, *SEGMENTED)
    example: ClassVar[Any] = [
        {"date": "2026-03-09", "impressions": 1312, "conversions": 33},
        {"date": "2026-03-10", "impressions": 604, "conversions": 12},
    ]

    def data(self) -> list[ActivityDay]:
        window = self.question.window
        measures = ("impressions", "conversions")
        sums = self.question.interactions().sums(window, "day", of=measures)
        totals = {day: counts for day, *counts in sums}
        return [ActivityDay(day, *totals.get(day, (0, 0))) for day in window.dates()]


class RevenueDay(Row):
    date: date
    revenue: Decimal


class RevenueTrendReport(Report):
    """Revenue on each day of the window, oldest first, zeros filled in."""

    name = "revenue_trend"
    accepts = (*WINDOWED, *SEGMENTED)
    example: ClassVar[Any] = [
        {"date": "2026-03-09", "revenue": 1960.25},
        {"date": "2026-03-10", "revenue": 0},
    ]

    def data(self) -> list[RevenueDay]:
        window = self.question.window
        totals = dict(self.question.interactions().sums(window, "day", of=["revenue"]))
        return [RevenueDay(day, money(totals.get(day))) for day in window.dates()]


class LatencyDay(Row):
    date: date
    p50: float | None
    p99: float | None
    runs: int


class LatencyTrendReport(Report):
    """Latency of runs on each day of the window, oldest first: median and 99th percentile, in ms.

    Of the completed and failed runs that have a latency, by their start; percentiles are
    interpolated between two runs, and null on a day without any.
    """

    name = "latency_trend"
    accepts = WINDOWED
    example: ClassVar[Any] = [
        {"date": "2026-03-09", "p50": 21.5, "p99": 148.2, "runs": 1840},
        {"date": "2026-03-10", "p50": None, "p99": None, "runs": 0},
    ]

    def data(self) -> list[LatencyDay]:
        window = self.question.window
        found = LatencyTotals.objects.percentiles_by_day(window, [0.5, 0.99])
        days = {day: LatencyDay(day, p50, p99, runs) for day, runs, (p50, p99) in found}
        return [days.get(day, LatencyDay(day, None, None, 0)) for day in window.dates()]
