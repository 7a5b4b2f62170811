"""Summaries of decision traces and of runs (see decisions/models/summaries.py).

Counts of a day are plain integers: they add up to bigint, where bigint would become numeric, and
that takes several times as long.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Q, Sum

from decisions.models.catalogue import DecisionFlow
from decisions.models.log import MissStage, reference
from decisions.models.summaries import UnionQuerySet, UnionRow, View
from offers.models import Channel, Offer

if TYPE_CHECKING:
    from decisions.window import Window


@dataclass(frozen=True)
class TraceSample:
    """The traces that an answer covers: those in the summaries, and the newest of the tail.

    `oldest` is the time and the `id` of the last one that is still covered, if some are not.
    """

    size: int
    oldest: tuple[datetime, int] | None

    @property
    def truncated(self) -> bool:
        """Whether some traces were left out."""
        return self.oldest is not None


class TraceQuerySet(UnionQuerySet[View]):
    """Sums per day of what traces say."""

    def covered_by(self, sample: TraceSample) -> Self:
        """Only what stems from traces of the sample."""
        if sample.oldest is None:
            return self
        moment, key = sample.oldest
        # Plain comparisons, since they reach the scan of the log; a subquery would not.
        newer = Q(log_at__gt=moment) | Q(log_at=moment, log_id__gte=key)
        return self.filter(Q(log_at=None) | newer)


class DecisionQuerySet(TraceQuerySet[View]):
    """What can be asked of decisions per day."""

    def sample(self, window: "Window", cap: int) -> TraceSample:
        """All traces in `window` that the summaries cover, and the newest `cap` of the tail."""
        rows = self.in_window(window)
        traces = Sum("traces", default=0)
        counts = rows.aggregate(traces=traces, tail=Count("log_id"))
        if counts["tail"] <= cap:
            return TraceSample(counts["traces"], None)
        newest = rows.exclude(log_id=None).order_by("-log_at", "-log_id")
        oldest = newest.values_list("log_at", "log_id")[cap - 1]
        return TraceSample(counts["traces"] - counts["tail"] + cap, oldest)


class DecisionMeasures(models.Model):
    """The additive measures of decisions. Degraded counts are of scored traces alone."""

    day = models.DateField(help_text="in the reporting time zone")
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
    """Stored sums of decisions per day, channel and flow."""

    pk = models.CompositePrimaryKey("day", "channel", "decision_flow")


class DecisionDaily(DecisionMeasures, UnionRow):
    """View: decisions per day, channel and flow, stored sums and tail together."""

    pk = models.CompositePrimaryKey("day", "channel", "decision_flow")
    objects = DecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_decision_daily"


class OfferDecisionMeasures(models.Model):
    """The additive measures of the offers that were eligible."""

    day = models.DateField(help_text="in the reporting time zone")
    channel = reference(Channel)
    decision_flow = reference(DecisionFlow)
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


class OfferDecisionSummary(OfferDecisionMeasures):
    """Stored sums of eligible offers per day, channel, flow and offer."""

    pk = models.CompositePrimaryKey("day", "channel", "decision_flow", "offer")


class OfferDecisionDaily(OfferDecisionMeasures, UnionRow):
    """View: eligible offers per day, channel, flow and offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("day", "channel", "decision_flow", "offer")
    objects = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_offer_decision_daily"


class MissMeasures(models.Model):
    """How often an offer was considered and not selected, and why. Keys of 0 are none."""

    day = models.DateField(help_text="in the reporting time zone")
    offer = reference(Offer)
    stage = models.SmallIntegerField(choices=MissStage)
    cause = models.IntegerField(help_text="key of the failed rule or the blocking policy")
    winner = models.IntegerField(help_text="key of the offer that outranked it")
    misses = models.IntegerField()

    class Meta:
        abstract = True


class MissSummary(MissMeasures):
    """Stored sums of misses. One is asked about one offer, so the key starts with it."""

    pk = models.CompositePrimaryKey("offer", "day", "stage", "cause", "winner")


class MissDaily(MissMeasures, UnionRow):
    """View: misses per offer, day, stage, cause and winner, stored sums and tail together."""

    pk = models.CompositePrimaryKey("offer", "day", "stage", "cause", "winner")
    objects = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_miss_daily"


class ScoreMeasures(models.Model):
    """How many scores there were, and their sizes: bin_3 counts those from 0.3 to below 0.4."""

    day = models.DateField(help_text="in the reporting time zone")
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
    """Stored sums of scores per day, channel and offer."""

    pk = models.CompositePrimaryKey("day", "channel", "offer")


class ScoreDaily(ScoreMeasures, UnionRow):
    """View: scores per day, channel and offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("day", "channel", "offer")
    objects = UnionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_score_daily"


class LatencyMeasures(models.Model):
    """How many runs, completed or failed, took how long: percentiles stay exact."""

    day = models.DateField(help_text="in the reporting time zone")
    latency_ms = models.IntegerField()
    runs = models.IntegerField()

    class Meta:
        abstract = True


class LatencySummary(LatencyMeasures):
    """Stored counts of runs per day and latency."""

    pk = models.CompositePrimaryKey("day", "latency_ms")


class LatencyDaily(LatencyMeasures, UnionRow):
    """View: runs per day and latency, stored counts and tail together."""

    pk = models.CompositePrimaryKey("day", "latency_ms")
    objects = UnionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_latency_daily"
