"""Summaries of decision traces (see decisions/models/summaries.py).

Counts are plain integers: they add up to bigint, where bigint would become numeric, and
that takes several times as long.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import connections, models
from django.db.models import Count, Q, Sum

from decisions.models.catalogue import DecisionFlow
from decisions.models.log import MissStage, reference
from decisions.models.summaries import Measures, SumsQuerySet, SumsRow, View
from decisions.window import Window
from offers.models import Channel, Offer

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


class TraceQuerySet(SumsQuerySet[View]):
    """Sums of what traces say."""

    def covered_by(self, sample: TraceSample) -> Self:
        """Only what stems from traces of the sample."""
        if sample.left_out is None:
            return self
        moment, key = sample.left_out
        # Plain comparisons, since they reach the scan of the log; a subquery would not.
        newer = Q(log_at__gte=moment) & (Q(log_at__gt=moment) | Q(log_id__gt=key))
        return self.filter(Q(log_at=None) | newer)


class DecisionQuerySet(TraceQuerySet[View]):
    """What can be asked of decisions."""

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
    """What can be asked of decisions that no summary covers: all are tail."""

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
                on_day = self.within(Window(1, day, day, window.time_zone))
                return TraceSample(cap, on_day.newest()[left])
            left -= traces
        return TraceSample(cap - left, None)


class DecisionMeasures(Measures):
    """The additive measures of decisions. Degraded counts are of scored traces alone."""

    log = "decisions"
    rows = "decisions_decision_row"
    dimensions = ("channel", "decision_flow")
    grains = tuple(
        frozenset(kept)
        for kept in [(), ("channel",), ("decision_flow",), ("channel", "decision_flow")]
    )

    channel = reference(Channel)
    decision_flow = reference(DecisionFlow)
    traces = models.IntegerField()
    scored = models.IntegerField(help_text="traces with at least one score")
    degraded = models.IntegerField()
    degraded_model_error = models.IntegerField()
    degraded_timeout = models.IntegerField()
    degraded_unknown = models.IntegerField(help_text="without a reason")

    class Meta:
        abstract = True


class DecisionSummary(DecisionMeasures):
    """Stored sums of decisions by channel and flow."""

    pk = models.CompositePrimaryKey("cell", "channel", "decision_flow")


class DecisionSums(DecisionMeasures, SumsRow):
    """View: decisions by channel and flow, stored sums and tail together."""

    pk = models.CompositePrimaryKey("cell", "channel", "decision_flow")
    objects = DecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_decision_sums"


class EligibilityMeasures(Measures):
    """The additive measures of the offers that were eligible."""

    log = "decisions"

    offer = reference(Offer)
    eligible = models.IntegerField(help_text="traces in which the offer was eligible")
    scored = models.IntegerField()
    selected = models.IntegerField()
    ranked = models.IntegerField()
    rank_sum = models.BigIntegerField()
    rank_1 = models.IntegerField()
    rank_2 = models.IntegerField()
    rank_3 = models.IntegerField()
    rank_4 = models.IntegerField()
    rank_5 = models.IntegerField()
    rank_6 = models.IntegerField()
    rank_7 = models.IntegerField()
    rank_8 = models.IntegerField()
    rank_9 = models.IntegerField()
    rank_10 = models.IntegerField()

    class Meta:
        abstract = True


class OfferDecisionMeasures(EligibilityMeasures):
    """How eligible offers fared, by channel and flow."""

    rows = "decisions_offer_decision_row"
    dimensions = ("offer", "channel", "decision_flow")
    # One channel or flow is a range of the finest: in between, sums would hardly be fewer rows.
    grains: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"offer"}), frozenset(dimensions))

    channel = reference(Channel)
    decision_flow = reference(DecisionFlow)

    class Meta:
        abstract = True


class OfferDecisionSummary(OfferDecisionMeasures):
    """Stored sums of eligible offers by channel, flow and offer."""

    pk = models.CompositePrimaryKey("cell", "channel", "decision_flow", "offer")


class OfferDecisionSums(OfferDecisionMeasures, SumsRow):
    """View: eligible offers by channel, flow and offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("cell", "channel", "decision_flow", "offer")
    objects = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_offer_decision_sums"


class ConsiderationMeasures(Measures):
    """In how many traces an offer was considered, and what kept it from being selected.

    A key of 0 is none. The stage is 0 where the offer was selected.
    """

    log = "decisions"
    rows = "decisions_consideration_row"
    dimensions = ("offer", "stage", "cause", "winner")
    grains: ClassVar[tuple[frozenset[str], ...]] = (frozenset(dimensions),)
    levels = (0, 5)  # days have little in common: longer spans would hardly be shorter lists

    offer = reference(Offer)
    stage = models.SmallIntegerField(choices=MissStage)
    cause = models.IntegerField(help_text="key of the failed rule or the blocking policy")
    winner = models.IntegerField(help_text="key of the offer that outranked it")
    considered = models.IntegerField()

    class Meta:
        abstract = True


class ConsiderationSummary(ConsiderationMeasures):
    """Stored numbers of traces that considered an offer."""

    pk = models.CompositePrimaryKey("cell", "offer", "stage", "cause", "winner")


class ConsiderationSums(ConsiderationMeasures, SumsRow):
    """View: traces that considered an offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("cell", "offer", "stage", "cause", "winner")
    objects = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_consideration_sums"


class ScoreMeasures(Measures):
    """How many scores there were, and their sizes: bin_3 counts those from 0.3 to below 0.4."""

    log = "decisions"
    rows = "decisions_score_row"
    dimensions = ("offer", "channel")
    grains = tuple(frozenset(kept) for kept in [(), ("offer",), ("channel",), ("offer", "channel")])

    channel = reference(Channel)
    offer = reference(Offer)
    scored = models.IntegerField()
    # Floats would add up to something a little different in another order.
    score_sum = models.DecimalField(
        max_digits=40, decimal_places=0, help_text="in units of 10^-18, so that it is exact"
    )
    bin_0 = models.IntegerField()
    bin_1 = models.IntegerField()
    bin_2 = models.IntegerField()
    bin_3 = models.IntegerField()
    bin_4 = models.IntegerField()
    bin_5 = models.IntegerField()
    bin_6 = models.IntegerField()
    bin_7 = models.IntegerField()
    bin_8 = models.IntegerField()
    bin_9 = models.IntegerField()

    class Meta:
        abstract = True


class ScoreSummary(ScoreMeasures):
    """Stored sums of scores by channel and offer."""

    pk = models.CompositePrimaryKey("cell", "offer", "channel")


class ScoreSums(ScoreMeasures, SumsRow):
    """View: scores by channel and offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("cell", "offer", "channel")
    objects = SumsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_score_sums"
