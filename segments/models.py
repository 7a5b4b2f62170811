"""Customers and the segments that they belong to."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from decisions.models import (
    ConsiderationMeasures,
    DecisionMeasures,
    DecisionQuerySet,
    EligibilityMeasures,
    InteractionMeasures,
    Measures,
    OfferDecisionMeasures,
    RawDecisionQuerySet,
    SumsQuerySet,
    SumsRow,
    TraceQuerySet,
)
from offers.models import StatusEntity, external_id_field, plain


class Customer(models.Model):
    """What is known of a customer. The log refers to customers by id whether known or not."""

    customer_id = external_id_field(primary_key=True)
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["customer_id"]
        constraints: ClassVar = [plain("customer_id")]

    def __str__(self) -> str:
        return self.customer_id


class Segment(StatusEntity):
    """Customers for whom every filter holds; no filters, everyone.

    `materialized_at` is null while the membership does not stem from the present filters: a
    database trigger clears it when the filters change.
    """

    filters = models.JSONField(
        default=list, blank=True, help_text="list of {field, operator, value?}; all must hold"
    )
    materialized_at = models.DateTimeField(null=True, editable=False)
    customer_count = models.BigIntegerField(null=True, editable=False)


class SegmentMembership(models.Model):
    """That a customer belongs to a segment, as the last materialisation found."""

    pk = models.CompositePrimaryKey("customer_id", "segment")
    customer_id = external_id_field("customer id")
    segment = models.ForeignKey(
        Segment,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="memberships",
    )

    class Meta:
        # The primary key leads from a log row to the segments; this one from a segment to its
        # members, without reading the table.
        indexes: ClassVar = [
            models.Index(fields=["segment", "customer_id"], name="segments_membership_segment")
        ]


def segment_of_sums(on_delete: Any = models.DO_NOTHING) -> "models.ForeignKey[Any, Any]":
    """The segment whose present members the sums are about. Rows of a view need no deleting."""
    return models.ForeignKey(
        Segment, on_delete=on_delete, db_constraint=False, db_index=False, related_name="+"
    )


class SegmentInteractionMeasures(InteractionMeasures):
    """The measures of interactions, for the present members of each segment."""

    rows = "segments_interaction_row"
    dimensions: ClassVar[tuple[str, ...]] = ("segment", *InteractionMeasures.dimensions)
    grains = tuple(kept | {"segment"} for kept in InteractionMeasures.grains)

    class Meta:
        abstract = True


class SegmentInteractionSummary(SegmentInteractionMeasures):
    """Stored sums of the interactions of a segment's present members."""

    pk = models.CompositePrimaryKey("segment", "cell", "offer", "channel")
    segment = segment_of_sums(models.CASCADE)


class SegmentInteractionSums(SegmentInteractionMeasures, SumsRow):
    """View: as InteractionSums, for the present members of each segment."""

    pk = models.CompositePrimaryKey("segment", "cell", "offer", "channel")
    segment = segment_of_sums()
    objects: ClassVar[Any] = SumsQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_interaction_sums"


class SegmentDecisionMeasures(Measures):
    """How many decisions there were about the present members of each segment."""

    log = "decisions"
    rows = "segments_decision_row"
    dimensions: ClassVar[tuple[str, ...]] = ("segment",)
    grains = (frozenset(dimensions),)

    traces = models.IntegerField()

    class Meta:
        abstract = True


class SegmentDecisionSummary(SegmentDecisionMeasures):
    """Stored numbers of the decisions about a segment's present members."""

    pk = models.CompositePrimaryKey("segment", "cell")
    segment = segment_of_sums(models.CASCADE)


class SegmentDecisionSums(SegmentDecisionMeasures, SumsRow):
    """View: decisions about the present members of each segment, stored and tail together."""

    pk = models.CompositePrimaryKey("segment", "cell")
    segment = segment_of_sums()
    objects: ClassVar[Any] = DecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_decision_sums"


class SegmentOfferDecisionMeasures(EligibilityMeasures):
    """How eligible offers fared in decisions about the present members of each segment."""

    rows = "segments_offer_decision_row"
    dimensions: ClassVar[tuple[str, ...]] = ("segment", "offer")
    grains = (frozenset(dimensions),)

    class Meta:
        abstract = True


class SegmentOfferDecisionSummary(SegmentOfferDecisionMeasures):
    """Stored sums of eligible offers, for a segment's present members."""

    pk = models.CompositePrimaryKey("segment", "cell", "offer")
    segment = segment_of_sums(models.CASCADE)


class SegmentOfferDecisionSums(SegmentOfferDecisionMeasures, SumsRow):
    """View: eligible offers for the present members of each segment, stored and tail together."""

    pk = models.CompositePrimaryKey("segment", "cell", "offer")
    segment = segment_of_sums()
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_offer_decision_sums"


# What else traces say of a segment is not summed up: by channel and flow, or with the rivals of
# each offer, sums would be more rows than there are traces. Answers read the members' newest ones.


class SegmentRow(SumsRow):
    """A row of a view of the log alone, for each segment that the customer is in: all is tail."""

    grains: ClassVar[tuple[frozenset[str], ...]] = ()

    log_id = models.BigIntegerField()
    segment = segment_of_sums()

    class Meta:
        abstract = True


class SegmentDecisionRow(SegmentRow, DecisionMeasures):
    """View: decisions about the present members of each segment, by channel and flow."""

    pk = models.CompositePrimaryKey("segment", "log_id")
    objects: ClassVar[Any] = RawDecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_decision_row"


class SegmentOfferDecisionRow(SegmentRow, OfferDecisionMeasures):
    """View: eligible offers in these decisions, by channel and flow."""

    pk = models.CompositePrimaryKey("segment", "log_id", "offer")
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_offer_decision_row"


class SegmentConsiderationRow(SegmentRow, ConsiderationMeasures):
    """View: considered offers in these decisions, and what they were missed for.

    A condition on `outcome_offers`, all offers that the trace says anything of, reaches the scan
    of the log; one on `offer` only what was unnested.
    """

    outcome_offers = ArrayField(models.IntegerField())
    pk = models.CompositePrimaryKey("segment", "log_id", "offer")
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_consideration_row"
