"""Customers and the segments that they belong to."""

from typing import ClassVar

from django.db import models

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
    """A customer's membership of a segment, as of its last materialisation."""

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
