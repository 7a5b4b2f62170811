"""Customers and the segments that they belong to."""

from typing import Any, ClassVar

from django.db import models

from decisions.models import (
    DecisionMeasures,
    InteractionMeasures,
    MissMeasures,
    OfferDecisionMeasures,
    RawDecisionQuerySet,
    SumsQuerySet,
    SumsRow,
    TraceQuerySet,
)
from offers.models import StatusEntity, external_id_field


class Customer(models.Model):
    """What is known of a customer. The log refers to customers by id whether known or not."""

    customer_id = external_id_field(primary_key=True)
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["customer_id"]

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


# What traces say of a segment is not kept: with each offer's rivals, that would be more rows than
# there are traces. Answers read the newest traces of the members instead.


class SegmentDecisionSums(DecisionMeasures, SumsRow):
    """View: as DecisionSums, for the present members of each segment; all of it is tail."""

    pk = models.CompositePrimaryKey("segment", "cell", "channel", "decision_flow")
    segment = segment_of_sums()
    objects: ClassVar[Any] = RawDecisionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_decision_sums"


class SegmentOfferDecisionSums(OfferDecisionMeasures, SumsRow):
    """View: as OfferDecisionSums, for the present members of each segment; all of it is tail."""

    pk = models.CompositePrimaryKey("segment", "cell", "offer", "channel", "decision_flow")
    segment = segment_of_sums()
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_offer_decision_sums"


class SegmentMissSums(MissMeasures, SumsRow):
    """View: as MissSums, for the present members of each segment; all of it is tail."""

    pk = models.CompositePrimaryKey("segment", "cell", "offer", "stage", "cause", "winner")
    segment = segment_of_sums()
    objects: ClassVar[Any] = TraceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "segments_miss_sums"
