"""The summary of latencies: how many runs took how long."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connections, models

from decisions.logs import RUNS
from decisions.window import Window
from summaries.models.base import Measures, Totals
from summaries.models.querysets import TotalsQuerySet, View

# percentile_cont wants a row for each run; these are latencies with numbers of runs. So the same is
# worked out from running totals: a percentile p of n runs lies p * (n - 1) runs after the first,
# and between two runs in proportion. The run that has k before it is that of the first total
# above k; width_bucket finds it in a day's totals by halving. Every row is read once.
PERCENTILES_BY_DAY = """
WITH running AS (
    SELECT day, latency_ms, sum(runs) OVER (PARTITION BY day ORDER BY latency_ms) AS up_to
    FROM ({rows}) AS rows (day, latency_ms, runs)
), days AS (
    SELECT day, max(up_to) AS runs,
           array_agg(latency_ms ORDER BY latency_ms) AS latencies,
           array_agg(up_to ORDER BY latency_ms) AS totals
    FROM running
    GROUP BY day
    HAVING max(up_to) > 0
), neighbours AS (
    SELECT day, runs, place, at - floor(at) AS part,
           latencies[1 + width_bucket(floor(at)::bigint, totals)] AS below,
           latencies[1 + width_bucket(ceil(at)::bigint, totals)] AS above
    FROM days,
         unnest(%s::double precision[]) WITH ORDINALITY AS wanted (fraction, place),
         LATERAL (SELECT fraction * (runs - 1) AS at) AS position
)
SELECT day, runs::bigint, array_agg(below + part * (above - below) ORDER BY place)
FROM neighbours
GROUP BY day, runs
"""


class DailyPercentiles(NamedTuple):
    """The runs of a day, and their latencies in ms at the fractions that were asked for."""

    day: date
    runs: int
    latencies: list[float]


class LatencyQuerySet(TotalsQuerySet[View]):
    """Questions to the totals of latencies."""

    def percentiles_by_day(
        self, window: Window, fractions: Sequence[float]
    ) -> list[DailyPercentiles]:
        """Percentiles of each day that has runs, interpolated between two of them.

        Equal to PostgreSQL's percentile_cont over the runs themselves.
        """
        rows = self.within(window, "day").order_by().values_list("day", "latency_ms", "runs")
        query, parameters = rows.query.sql_with_params()
        with connections[self.db].cursor() as cursor:
            cursor.execute(PERCENTILES_BY_DAY.format(rows=query), [*parameters, list(fractions)])
            return [DailyPercentiles(*row) for row in cursor.fetchall()]


class LatencyMeasures(Measures):
    """How many runs, completed or failed, took how long: percentiles stay exact."""

    name = "latency"
    log = RUNS
    dimensions = ("latency_ms",)
    grouping_sets = (frozenset(dimensions),)
    granularities = (1,)  # percentiles are asked for by day alone

    latency_ms = models.IntegerField()
    runs = models.IntegerField()

    class Meta:
        abstract = True


class LatencySummary(LatencyMeasures):
    """Stored counts of runs by latency."""

    pk = models.CompositePrimaryKey("bucket", "latency_ms")


class LatencyTotals(LatencyMeasures, Totals):
    """View: runs by latency, stored counts and tail together."""

    pk = models.CompositePrimaryKey("bucket", "latency_ms")
    objects = LatencyQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_latency_totals"
