"""What changes from day to day."""

from datetime import date
from decimal import Decimal

from dashboard.reports.base import Report, Row, money
from summaries.models import LatencyTotals


class ActivityDay(Row):
    date: date
    impressions: int
    conversions: int


class DailyTrendReport(Report):
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


class RevenueTrendReport(Report):
    """Revenue on each day of the window, oldest first, zeros filled in."""

    accepts = frozenset({"days", "segmentId"})

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

    accepts = frozenset({"days"})

    def data(self) -> list[LatencyDay]:
        window = self.question.window
        found = LatencyTotals.objects.percentiles_by_day(window, [0.5, 0.99])
        days = {day: LatencyDay(day, p50, p99, runs) for day, runs, (p50, p99) in found}
        return [days.get(day, LatencyDay(day, None, None, 0)) for day in window.dates()]
