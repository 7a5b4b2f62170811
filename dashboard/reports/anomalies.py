"""What changed from the days before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Literal, NamedTuple

from dashboard.parameters.declared import BASELINE_DAYS, WINDOWED
from dashboard.reports.base import Report, Row, named
from dashboard.reports.significance import (
    THRESHOLDS,
    Change,
    DailyAmounts,
    Ratio,
    Severity,
    change_of_daily_mean,
    change_of_rate,
    nearest,
    per_day,
)
from decisions.window import Window
from offers.models import Channel, Offer
from summaries.models import DecisionTotals, InteractionTotals, TotalsQuerySet

Metric = Literal["acceptance_rate", "degraded_scoring_rate", "revenue"]
Scope = Literal["overall", "offer", "channel"]
# A numerator and a denominator by key of offer or channel, or by None for all together.
Rates = dict[int | None, tuple[int, int]]


class AnomalyRow(Row):
    metric: Metric
    scope: Scope
    dimension_id: str | None
    dimension_name: str | None
    current: float
    baseline: float
    current_count: int
    baseline_count: int
    percent_change: float | None
    z_score: float | None
    severity: Severity


class MetricChange(NamedTuple):
    """A change of a metric, overall or of the offer or channel that `key` names."""

    metric: Metric
    scope: Scope
    key: int | None
    change: Change
    severity: Severity

    def order(self, dimension_id: str | None) -> tuple[Any, ...]:
        """Where to list it."""
        return (
            list(THRESHOLDS).index(self.severity),
            *furthest_first(self.change.z_squared),
            *furthest_first(self.change.percent),
            self.metric,
            self.scope,
            dimension_id or "",
        )

    def row(self, dimension_id: str | None, dimension_name: str | None) -> AnomalyRow:
        """How to list it."""
        change = self.change
        return AnomalyRow(
            metric=self.metric,
            scope=self.scope,
            dimension_id=dimension_id,
            dimension_name=dimension_name,
            current=nearest(change.current),
            baseline=nearest(change.baseline),
            current_count=change.current_count,
            baseline_count=change.baseline_count,
            percent_change=None if change.percent is None else nearest(change.percent),
            z_score=change.z_score,
            severity=self.severity,
        )


class AnomalyCandidatesReport(Report):
    """What differs from the days before by more than chance or by 15 %: where to look first.

    `acceptance_rate` (positive / impressions; overall, by offer, by channel) and
    `degraded_scoring_rate` (overall) are compared by the pooled two-proportion z test; their counts
    are the denominators. `revenue` (by offer, only for 2 days or more) is revenue per elapsed day,
    where today counts as its elapsed fraction; z = (current - baseline) / (s / √days), s being the
    sample standard deviation of the baseline's daily revenue; its counts are days. z is null
    where it is undefined. `percentChange` is relative to |baseline|, null if that is 0.
    Severity is the worse of two rules: `critical` from |z| of 4 or 50 %, `warning` from 3 or
    30 %, `info` from 2 or 15 %. The most severe come first.
    """

    name = "anomaly_candidates"
    accepts = (*WINDOWED, BASELINE_DAYS)
    example: ClassVar[Any] = [
        {
            "metric": "acceptance_rate",
            "scope": "offer",
            "dimensionId": "offer_001",
            "dimensionName": "Winter boots, 20 % off",
            "current": 0.05,
            "baseline": 0.1,
            "currentCount": 5200,
            "baselineCount": 5000,
            "percentChange": -50,
            "zScore": -9.63,
            "severity": "critical",
        }
    ]

    def data(self) -> list[AnomalyRow]:
        found = [*self._by_offer(), *self._by_channel(), *self._degraded()]
        names: dict[Scope, dict[Any, tuple[str | None, str | None]]] = {
            "overall": {None: (None, None)},
            "offer": {**named(Offer.objects.filter(pk__in=keys(found, "offer")))},
            "channel": {**named(Channel.objects.filter(pk__in=keys(found, "channel")))},
        }
        listed = [(candidate, names[candidate.scope][candidate.key]) for candidate in found]
        listed.sort(key=lambda each: each[0].order(each[1][0]))
        return [candidate.row(*about) for candidate, about in listed]

    def _by_offer(self) -> Iterator[MetricChange]:
        window, baseline = self.question.window, self.question.baseline
        measures = ["positive", "impressions", "revenue"]
        sums = self._in_both(InteractionTotals.objects.all(), "offer_id", of=measures)
        accepted = [{key: (counts[0], counts[1]) for key, counts in each.items()} for each in sums]
        yield from compared("acceptance_rate", "offer", *accepted)
        if window.days < 2:
            return
        squares = InteractionTotals.objects.squares_by_day(baseline, "offer_id", of="revenue")
        current, before = ({key: found[2] for key, found in each.items()} for each in sums)
        elapsed = window.days - 1 + self._elapsed_today()
        nothing = Decimal()
        for offer in current.keys() | before.keys():
            amounts = before.get(offer, nothing), squares.get(offer, nothing), baseline.days
            mean = per_day(current.get(offer, nothing), elapsed)
            change = change_of_daily_mean(mean, window.days, DailyAmounts(*amounts))
            yield from candidates("revenue", "offer", offer, change)

    def _by_channel(self) -> Iterator[MetricChange]:
        """By channel and overall: each interaction has one channel."""
        measures = ["positive", "impressions"]
        channels = self._in_both(InteractionTotals.objects.all(), "channel_id", of=measures)
        yield from compared("acceptance_rate", "channel", *channels)
        yield from compared("acceptance_rate", "overall", *map(together, channels))

    def _degraded(self) -> Iterator[MetricChange]:
        measures = ["degraded", "scored"]
        channels = self._in_both(DecisionTotals.objects.all(), "channel_id", of=measures)
        yield from compared("degraded_scoring_rate", "overall", *map(together, channels))

    def _in_both(
        self, rows: TotalsQuerySet[Any], dimension: str, of: Sequence[str]
    ) -> tuple[dict[int | None, Any], dict[int | None, Any]]:
        """The sums by key, in the window and in the baseline."""
        found: tuple[dict[int | None, Any], dict[int | None, Any]] = ({}, {})
        windows = (self.question.window, self.question.baseline)
        for place, key, *sums in rows.sums_of_windows(windows, dimension, of=of):
            found[place][key] = tuple(sums)
        return found

    def _elapsed_today(self) -> Fraction:
        """How much of today has passed, from 0 to 1; the day may have 23 or 25 hours."""
        date = self.question.today
        today = Window(date, date, self.question.window.time_zone)
        passed, length = self.question.as_of - today.start, today.end - today.start
        tick = timedelta(microseconds=1)
        return Fraction(passed // tick, length // tick)


def together(parts: Rates) -> Rates:
    """All parts in one."""
    numerators, denominators = zip(*parts.values(), strict=True) if parts else ((), ())
    return {None: (sum(numerators), sum(denominators))}


def compared(
    metric: Metric, scope: Scope, current: Rates, baseline: Rates
) -> Iterator[MetricChange]:
    """The change of each rate that is defined both now and before."""
    for key in current.keys() & baseline.keys():
        now, before = current[key], baseline[key]
        if now[1] and before[1]:
            yield from candidates(metric, scope, key, change_of_rate(*now, *before))


def candidates(
    metric: Metric, scope: Scope, key: int | None, change: Change
) -> Iterator[MetricChange]:
    """Yield the change if it is severe enough to list."""
    severity = change.severity
    if severity:
        yield MetricChange(metric, scope, key, change, severity)


def furthest_first(ratio: Ratio | None) -> tuple[bool, float, Fraction]:
    """A sort key that puts high absolute values first and nulls last, exactly.

    Doubles never contradict the numbers that they are nearest to, and are quicker to compare:
    the fractions only tell apart what has the same double.
    """
    numerator, denominator = ratio or (0, 1)
    closeness = -abs(numerator), denominator
    return ratio is None, nearest(closeness), Fraction(*closeness)


def keys(found: Iterable[MetricChange], scope: Scope) -> list[int]:
    """The offers or channels that the candidates of a scope are about."""
    return [candidate.key for candidate in found if candidate.scope == scope and candidate.key]
