"""Summaries of interactions and attributions."""

from typing import ClassVar

from django.db import models

from decisions.logs import ATTRIBUTIONS, INTERACTIONS
from decisions.models.log import AttributionModel, reference
from offers.models import Channel, Offer
from summaries.models.base import Measures, Totals
from summaries.models.querysets import TotalsQuerySet


class InteractionMeasures(Measures):
    """The additive measures of interactions (see the vocabulary in the README)."""

    name = "interaction"
    log = INTERACTIONS
    dimensions: ClassVar[tuple[str, ...]] = ("offer", "channel")
    grouping_sets = tuple(
        frozenset(kept) for kept in [(), ("offer",), ("channel",), ("offer", "channel")]
    )

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

    pk = models.CompositePrimaryKey("bucket", "offer", "channel")


class InteractionTotals(InteractionMeasures, Totals):
    """View: interactions by offer and channel, stored sums and tail together."""

    pk = models.CompositePrimaryKey("bucket", "offer", "channel")
    objects = TotalsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_interaction_totals"


class AttributionMeasures(Measures):
    """What each attribution model makes of conversions."""

    name = "attribution"
    log = ATTRIBUTIONS
    dimensions = ("model",)
    grouping_sets = (frozenset(dimensions),)

    model = models.CharField(max_length=14, choices=AttributionModel)
    conversions = models.IntegerField()
    total_value = models.DecimalField(max_digits=30, decimal_places=4)

    class Meta:
        abstract = True


class AttributionSummary(AttributionMeasures):
    """Stored sums of attributions by model."""

    pk = models.CompositePrimaryKey("bucket", "model")


class AttributionTotals(AttributionMeasures, Totals):
    """View: attributions by model, stored sums and tail together."""

    pk = models.CompositePrimaryKey("bucket", "model")
    objects = TotalsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_attribution_totals"
