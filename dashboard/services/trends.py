"""What changes from day to day."""

from datetime import date
from decimal import Decimal

from dashboard.services.base import Row, Service, money


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
