"""What can be asked of the totals of traces: also of those newest ones that an answer covers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import connections, models
from django.db.models import Count, Q, Sum

from decisions.window import Window
from summaries.models.querysets import TotalsQuerySet, View

# How many of the newest traces there are, and the oldest of them.
OLDEST_OF_NEWEST = """
SELECT count(*) OVER (), log_at, log_id FROM ({newest}) AS newest (log_at, log_id)
ORDER BY log_at, log_id LIMIT 1
"""


@dataclass(frozen=True)
class TraceSample:
    """The traces that an answer covers: those in the summaries, and the newest of the tail.

    `left_out` is the time and the `id` of the newest one that is not covered, if any is not.
    """

    size: int
    left_out: tuple[datetime, int] | None

    @property
    def truncated(self) -> bool:
        """Whether some traces were left out."""
        return self.left_out is not None


class TraceQuerySet(TotalsQuerySet[View]):
    """Questions to the totals of traces."""

    def covered_by(self, sample: TraceSample) -> Self:
        """Keep only what stems from traces of the sample."""
        if sample.left_out is None:
            return self
        moment, key = sample.left_out
        # Plain comparisons, since they reach the scan of the log; a subquery would not.
        newer = Q(log_at__gte=moment) & (Q(log_at__gt=moment) | Q(log_id__gt=key))
        return self.filter(Q(log_at=None) | newer)


class DecisionQuerySet(TraceQuerySet[View]):
    """Questions to the totals of decisions."""

    def sample(self, window: Window, cap: int, **only: Any) -> TraceSample:
        """All traces in `window` that the summaries cover, and the newest `cap` of the tail."""
        rows = self.within(window, **only)
        counts = rows.aggregate(traces=Sum("traces", default=0), tail=Count("log_id"))
        if counts["tail"] <= cap:
            return TraceSample(counts["traces"], None)
        left_out = rows.exclude(log_id=None).newest()[cap]
        return TraceSample(counts["traces"] - counts["tail"] + cap, left_out)

    def newest(self) -> "models.QuerySet[View, Any]":
        """The time and the `id` of the rows, the newest first."""
        return self.order_by("-log_at", "-log_id").values_list("log_at", "log_id")


class RawDecisionQuerySet(DecisionQuerySet[View]):
    """Questions to decisions that no summary covers: all of them are read from the log."""

    def sample(self, window: Window, cap: int, **only: Any) -> TraceSample:
        """The newest `cap` traces in `window`; older ones are not even counted."""
        newest = self.within(window, **only).newest()[: cap + 1]
        query, parameters = newest.query.sql_with_params()
        with connections[self.db].cursor() as cursor:
            cursor.execute(OLDEST_OF_NEWEST.format(newest=query), parameters)
            count, *oldest = cursor.fetchone() or (0,)
        if count <= cap:
            return TraceSample(count, None)
        return TraceSample(cap, (oldest[0], oldest[1]))

    def sample_by_day(
        self, counted: DecisionQuerySet[Any], window: Window, cap: int
    ) -> TraceSample:
        """As `sample`, in less time: `counted`, sums of the same traces, says on which day to look.

        Traces that were dropped from the log would be counted too.
        """
        left = cap
        for day, traces in sorted(counted.sums(window, "day", of=["traces"]), reverse=True):
            if traces > left:
                on_day = self.within(Window(day, day, window.time_zone))
                return TraceSample(cap, on_day.newest()[left])
            left -= traces
        return TraceSample(cap - left, None)
