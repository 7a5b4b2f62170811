"""Summaries by segment: the sums of its present members' whole history."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from decisions.logs import DECISION_TRACES
from segments.models import Segment
from summaries.models.base import Measures, Totals
from summaries.models.decisions import (
    ConsiderationMeasures,
    DecisionMeasures,
    EligibilityMeasures,
    OfferDecisionMeasures,
)
from summaries.models.events import InteractionMeasures
from summaries.models.querysets import TotalsQuerySet
from summaries.models.traces import DecisionQuerySet, RawDecisionQuerySet, TraceQuerySet


def segment_of_sums(on_delete: Any = models.DO_NOTHING) -> "models.ForeignKey[Any, Any]":
    """The segment whose present members the sums are about. Rows of a view need no deleting."""
    return models.ForeignKey(
        Segment, on_delete=on_delete, db_constraint=False, db_index=False, related_name="+"
    )


class SegmentInteractionMeasures(InteractionMeasures):
    """The measures of interactions, for the present members of each segment."""

    name = "segment_interaction"
    of_members = InteractionMeasures
    dimensions: ClassVar[tuple[str, ...]] = ("segment", *InteractionMeasures.dimensions)
    grouping_sets = tuple(kept | {"segment"} for kept in InteractionMeasures.grouping_sets)

    class Meta:
        abstract = True


class SegmentInteractionSummary(SegmentInteractionMeasures):
    """Stored sums of the interactions of a segment's present members."""

    pk = models.CompositePrimaryKey("segment", "bucket", "offer", "channel")
    segment = segment_of_sums(models.CASCADE)


class SegmentInteractionTotals(SegmentInteractionMeasures, Totals):
    """View: as InteractionTotals, for the present members of each segment."""

    pk = models.CompositePrimaryKey("segment", "bucket", "offer", "channel")
    segment = segment_of_sums()
    objects: ClassVar[Any] = TotalsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_segment_interaction_totals"


class SegmentDecisionMeasures(Measures):
    """How many decisions there were about the present members of each segment."""

    name = "segment_decision"
    log = DECISION_TRACES
    of_members = DecisionMeasures
    dimensions: ClassVar[tuple[str, ...]] = ("segment",)
    grouping_sets = (frozenset(dimensions),)

    traces = models.IntegerField()

    class Meta:
        abstract = True


class SegmentDecisionSummary(SegmentDecisionMeasures):
    """Stored numbers of the decisions about a segment's present members."""

    pk = models.CompositePrimaryKey("segment", "bucket")
    segment = segment_of_sums(models.CASCADE)


class SegmentDecisionTotals(SegmentDecisionMeasures, Totals):
    """View: decisions about the present members of each segment, stored and tail together."""

    pk = models.CompositePrimaryKey("segment", "bucket")
    segment = segment_of_sums()
    objects: ClassVar[Any] = DecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_segment_decision_totals"


class SegmentOfferDecisionMeasures(EligibilityMeasures):
    """How eligible offers fared in decisions about the present members of each segment."""

    name = "segment_offer_decision"
    of_members = OfferDecisionMeasures
    dimensions: ClassVar[tuple[str, ...]] = ("segment", "offer")
    grouping_sets = (frozenset(dimensions),)

    class Meta:
        abstract = True


class SegmentOfferDecisionSummary(SegmentOfferDecisionMeasures):
    """Stored sums of eligible offers, for a segment's present members."""

    pk = models.CompositePrimaryKey("segment", "bucket", "offer")
    segment = segment_of_sums(models.CASCADE)


class SegmentOfferDecisionTotals(SegmentOfferDecisionMeasures, Totals):
    """View: eligible offers for the present members of each segment, stored and tail together."""

    pk = models.CompositePrimaryKey("segment", "bucket", "offer")
    segment = segment_of_sums()
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_segment_offer_decision_totals"


# What else traces say of a segment is not summed up: by channel and flow, or with the rivals of
# each offer, sums would be more rows than there are traces. Answers read the members' newest ones.


class SegmentContributions(Totals):
    """A row of a view of the log alone, for each segment that the customer is in: all is tail."""

    grouping_sets: ClassVar[tuple[frozenset[str], ...]] = ()

    log_id = models.BigIntegerField()
    segment = segment_of_sums()

    class Meta:
        abstract = True


class SegmentDecisionContributions(SegmentContributions, DecisionMeasures):
    """View: decisions about the present members of each segment, by channel and flow."""

    pk = models.CompositePrimaryKey("segment", "log_id")
    objects: ClassVar[Any] = RawDecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_segment_decision_contributions"


class SegmentOfferDecisionContributions(SegmentContributions, OfferDecisionMeasures):
    """View: eligible offers in these decisions, by channel and flow."""

    pk = models.CompositePrimaryKey("segment", "log_id", "offer")
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_segment_offer_decision_contributions"


class SegmentConsiderationContributions(SegmentContributions, ConsiderationMeasures):
    """View: considered offers in these decisions, and what they were missed for.

    A condition on `outcome_offers`, all offers that the trace says anything of, reaches the scan
    of the log; one on `offer` only what was unnested.
    """

    outcome_offers = ArrayField(models.IntegerField())
    pk = models.CompositePrimaryKey("segment", "log_id", "offer")
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "summaries_segment_consideration_contributions"
