"""Summaries of interactions, runs and attributions (see decisions/models/summaries.py)."""

from typing import ClassVar

from django.db import models

from decisions.models.log import AttributionModel, reference
from decisions.models.summaries import Measures, SumsQuerySet, SumsRow
from offers.models import Channel, Offer


class InteractionMeasures(Measures):
    """The additive measures of interactions (see the vocabulary in the README)."""

    log = "interactions"
    rows = "decisions_interaction_row"
    dimensions: ClassVar[tuple[str, ...]] = ("offer", "channel")
    grains = tuple(frozenset(kept) for kept in [(), ("offer",), ("channel",), ("offer", "channel")])

    offer = reference(Offer)
    channel = reference(Channel)
    interactions = models.BigIntegerField(help_text="all of them, whatever the outcome")
    impressions = models.BigIntegerField()
    positive = models.BigIntegerField()
    negative = models.BigIntegerField()
    conversions = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=30, decimal_places=4)
    cost = models.DecimalField(max_digits=30, decimal_places=4)

    class Meta:
        abstract = True


class InteractionSummary(InteractionMeasures):
    """Stored sums of interactions by offer and channel."""

    pk = models.CompositePrimaryKey("cell", "offer", "channel")


class InteractionSums(InteractionMeasures, SumsRow):
    """View: interactions by offer and channel, stored sums and tail together."""

    pk = models.CompositePrimaryKey("cell", "offer", "channel")
    objects = SumsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_interaction_sums"


class LatencyMeasures(Measures):
    """How many runs, completed or failed, took how long: percentiles stay exact."""

    log = "runs"
    rows = "decisions_latency_row"
    dimensions = ("latency_ms",)
    grains = (frozenset(dimensions),)
    levels = (0,)  # percentiles are asked for by day alone

    latency_ms = models.IntegerField()
    runs = models.IntegerField()

    class Meta:
        abstract = True


class LatencySummary(LatencyMeasures):
    """Stored counts of runs by latency."""

    pk = models.CompositePrimaryKey("cell", "latency_ms")


class LatencySums(LatencyMeasures, SumsRow):
    """View: runs by latency, stored counts and tail together."""

    pk = models.CompositePrimaryKey("cell", "latency_ms")
    objects = SumsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_latency_sums"


class AttributionMeasures(Measures):
    """What each attribution model makes of conversions."""

    log = "attributions"
    rows = "decisions_attribution_row"
    dimensions = ("model",)
    grains = (frozenset(dimensions),)

    model = models.CharField(max_length=14, choices=AttributionModel)
    conversions = models.IntegerField()
    total_value = models.DecimalField(max_digits=30, decimal_places=4)

    class Meta:
        abstract = True


class AttributionSummary(AttributionMeasures):
    """Stored sums of attributions by model."""

    pk = models.CompositePrimaryKey("cell", "model")


class AttributionSums(AttributionMeasures, SumsRow):
    """View: attributions by model, stored sums and tail together."""

    pk = models.CompositePrimaryKey("cell", "model")
    objects = SumsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_attribution_sums"
