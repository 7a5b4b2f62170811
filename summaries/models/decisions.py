"""Summaries of decision traces.

Counts are plain integers: they add up to bigint, where bigint would become numeric, and
that takes several times as long.
"""

from typing import ClassVar

from django.db import models

from decisions.logs import DECISION_TRACES
from decisions.models import DecisionFlow, MissStage
from decisions.models.log import reference
from offers.models import Channel, Offer
from summaries.models.base import Measures, Totals
from summaries.models.querysets import TotalsQuerySet
from summaries.models.traces import DecisionQuerySet, TraceQuerySet


class DecisionMeasures(Measures):
    """The additive measures of decisions. Degraded counts are of scored traces alone."""

    log = DECISION_TRACES
    name = "decision"
    dimensions = ("channel", "decision_flow")
    grouping_sets = tuple(
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

    pk = models.CompositePrimaryKey("bucket", "channel", "decision_flow")


class DecisionTotals(DecisionMeasures, Totals):
    """View: decisions by channel and flow, stored sums and tail together."""

    pk = models.CompositePrimaryKey("bucket", "channel", "decision_flow")
    objects = DecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_decision_totals"


class EligibilityMeasures(Measures):
    """The additive measures of the offers that were eligible."""

    log = DECISION_TRACES

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

    name = "offer_decision"
    dimensions = ("offer", "channel", "decision_flow")
    # One channel or flow is a range of the finest: in between, sums would hardly be fewer rows.
    grouping_sets: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"offer"}),
        frozenset(dimensions),
    )

    channel = reference(Channel)
    decision_flow = reference(DecisionFlow)

    class Meta:
        abstract = True


class OfferDecisionSummary(OfferDecisionMeasures):
    """Stored sums of eligible offers by channel, flow and offer."""

    pk = models.CompositePrimaryKey("bucket", "channel", "decision_flow", "offer")


class OfferDecisionTotals(OfferDecisionMeasures, Totals):
    """View: eligible offers by channel, flow and offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("bucket", "channel", "decision_flow", "offer")
    objects = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_offer_decision_totals"


class ConsiderationMeasures(Measures):
    """In how many traces an offer was considered, and what kept it from being selected.

    A key of 0 is none. The stage is 0 where the offer was selected.
    """

    log = DECISION_TRACES
    name = "consideration"
    dimensions = ("offer", "stage", "cause", "winner")
    grouping_sets: ClassVar[tuple[frozenset[str], ...]] = (frozenset(dimensions),)
    granularities = (
        1,
        32,
    )  # days have little in common: longer spans would hardly be shorter lists

    offer = reference(Offer)
    stage = models.SmallIntegerField(choices=MissStage)
    cause = models.IntegerField(help_text="key of the failed rule or the blocking policy")
    winner = models.IntegerField(help_text="key of the offer that outranked it")
    considered = models.IntegerField()

    class Meta:
        abstract = True


class ConsiderationSummary(ConsiderationMeasures):
    """Stored numbers of traces that considered an offer."""

    pk = models.CompositePrimaryKey("bucket", "offer", "stage", "cause", "winner")


class ConsiderationTotals(ConsiderationMeasures, Totals):
    """View: traces that considered an offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("bucket", "offer", "stage", "cause", "winner")
    objects = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_consideration_totals"


class ScoreMeasures(Measures):
    """How many scores there were, and their sizes: bin_3 counts those from 0.3 to below 0.4."""

    log = DECISION_TRACES
    name = "score"
    dimensions = ("offer", "channel")
    grouping_sets = tuple(
        frozenset(kept) for kept in [(), ("offer",), ("channel",), ("offer", "channel")]
    )

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

    pk = models.CompositePrimaryKey("bucket", "offer", "channel")


class ScoreTotals(ScoreMeasures, Totals):
    """View: scores by channel and offer, stored sums and tail together."""

    pk = models.CompositePrimaryKey("bucket", "offer", "channel")
    objects = TotalsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_score_totals"
