"""The log: what the engine decided and what customers did.

Log tables are append-only and partitioned by month of event time. Their rows carry `id`, the
order of ingestion, which the summaries count from; `event_id` or its like, the identity in
the outside world; and no database-level foreign keys, since ingestion has checked them. The
primary key in the database is (customer_id, event time, event id); Django is told `id`, which
is unique as well and can be shown in the admin.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from decisions.models.catalogue import (
    AlgorithmModel,
    ContactPolicy,
    DecisionFlow,
    OutcomeType,
)
from offers.models import Channel, Creative, Offer, external_id_field, in_calendar, plain

# Of events from FIRST_INSTANT (offers/models.py) to here, every time zone's day has a bucket.
LAST_EVENT = datetime(2870, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def reference(to: type[models.Model], **options: Any) -> "models.ForeignKey[Any, Any]":
    """A log row's reference to the catalogue: checked at ingestion, not by the database."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **options,
    )


class LogModel(models.Model):
    """A row of a log table."""

    id = models.BigAutoField("ingestion order", primary_key=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-id"]


class Interaction(LogModel):
    """Something that happened between a customer and an offer: shown, clicked, bought."""

    event_id = external_id_field("interaction id")
    customer_id = external_id_field("customer id")
    offer = reference(Offer)
    channel = reference(Channel)
    outcome_type = reference(OutcomeType)
    creative = reference(Creative, null=True)
    decision_flow = reference(DecisionFlow, null=True)
    occurred_at = models.DateTimeField()
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    cost = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    def __str__(self) -> str:
        return self.event_id


class DegradedReason(models.TextChoices):
    """Why a decision had to do without proper scores."""

    MODEL_ERROR = "model_error"
    TIMEOUT = "timeout"


class MissStage(models.IntegerChoices):
    """What kept a considered offer from being selected, in the order in which it applies."""

    QUALIFICATION = 1, "qualification"
    CONTACT_POLICY = 2, "contact_policy"
    OUTRANKED = 3, "outranked"


class DecisionTrace(LogModel):
    """How one decision came about: qualification, contact policies, scores, selection.

    Each list is stored as parallel arrays, one array a field and one position an entry: they
    unnest more than twice as fast as jsonb. `scored` and `selected` hold each offer once, as
    ingestion normalised them (highest score, lowest rank). `outcome` says what the lists mean
    for each offer that was eligible or considered (see decisions/outcomes.py).
    """

    event_id = external_id_field("trace id")
    customer_id = external_id_field("customer id")
    channel = reference(Channel)
    decision_flow = reference(DecisionFlow)
    created_at = models.DateTimeField()
    qualification_offers = ArrayField(models.IntegerField(), default=list)
    qualification_rules = ArrayField(models.IntegerField(), default=list)
    qualification_passed = ArrayField(models.BooleanField(), default=list)
    qualification_reasons = ArrayField(models.TextField(null=True), default=list)
    policy_offers = ArrayField(models.IntegerField(), default=list)
    policy_policies = ArrayField(models.IntegerField(), default=list)
    policy_blocked = ArrayField(models.BooleanField(), default=list)
    policy_reasons = ArrayField(models.TextField(null=True), default=list)
    scored_offers = ArrayField(models.IntegerField(), default=list)
    scored_scores = ArrayField(models.FloatField(null=True), default=list)
    scored_ranks = ArrayField(models.IntegerField(), default=list)
    selected_offers = ArrayField(models.IntegerField(), default=list)
    selected_ranks = ArrayField(models.IntegerField(), default=list)
    outcome_offers = ArrayField(models.IntegerField(), default=list)
    outcome_states = ArrayField(models.SmallIntegerField(), default=list)
    outcome_ranks = ArrayField(models.IntegerField(null=True), default=list)
    outcome_causes = ArrayField(models.IntegerField(null=True), default=list)
    degraded_scoring = models.BooleanField(default=False)
    degraded_reason = models.CharField(max_length=11, choices=DegradedReason, null=True)  # noqa: DJ001 - null means unknown
    total_latency_ms = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.event_id


class RunStatus(models.TextChoices):
    """How far a run got."""

    COMPLETED = "completed"
    FAILED = "failed"
    RUNNING = "running"


class Run(LogModel):
    """One execution of a decision flow. It has no customer, so its key starts with the flow."""

    event_id = external_id_field("run id")
    decision_flow = reference(DecisionFlow)
    channel = reference(Channel, null=True)
    status = models.CharField(max_length=9, choices=RunStatus)
    latency_ms = models.IntegerField(null=True)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.event_id


class AttributionModel(models.TextChoices):
    """The ways to share a conversion's value among the contacts that led to it."""

    LAST_TOUCH = "last_touch"
    FIRST_TOUCH = "first_touch"
    LINEAR = "linear"
    TIME_DECAY = "time_decay"
    POSITION_BASED = "position_based"


class Attribution(LogModel):
    """What one attribution model makes of one conversion. Identity: conversion and model."""

    conversion_id = external_id_field("conversion id")
    customer_id = external_id_field("customer id")
    model = models.CharField(max_length=14, choices=AttributionModel)
    total_value = models.DecimalField(max_digits=18, decimal_places=4)
    created_at = models.DateTimeField()
    touchpoints = models.JSONField(
        default=list, help_text="as ingested: offerId, channelId, credit (0 to 1), value"
    )

    def __str__(self) -> str:
        return f"{self.conversion_id} ({self.model})"


class ModelMetric(LogModel):
    """How good a model was at a moment. Few rows, so an ordinary table with its unique key."""

    model = models.ForeignKey(AlgorithmModel, on_delete=models.PROTECT, related_name="metrics")
    recorded_at = models.DateTimeField()
    auc = models.FloatField(null=True)
    feature_importance = models.JSONField(default=dict)

    class Meta(LogModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model", "recorded_at"], name="decisions_modelmetric_identity"
            ),
            models.CheckConstraint(
                name="decisions_modelmetric_auc", condition=Q(auc__gte=0, auc__lte=1)
            ),
            in_calendar("recorded_at", LAST_EVENT),
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.recorded_at:%Y-%m-%d %H:%M}"


class Suppression(models.Model):
    """A customer who must not be contacted for a while, as a contact policy decided."""

    id = models.BigAutoField(primary_key=True)
    external_id = external_id_field(unique=True)
    customer_id = external_id_field("customer id")
    policy = models.ForeignKey(ContactPolicy, on_delete=models.PROTECT, related_name="suppressions")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(blank=True, null=True)  # noqa: DJ001 - as given, or not given
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["external_id"]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="decisions_suppression_expiry"),
            models.Index(fields=["customer_id"], name="decisions_suppression_customer"),
        ]
        constraints: ClassVar = [
            plain("external_id"),
            plain("customer_id"),
            in_calendar("created_at"),
            in_calendar("expires_at"),
        ]

    def __str__(self) -> str:
        return self.external_id


class EventKey(models.Model):
    """The identities that were ever ingested, each with its row's `id`.

    A partitioned table can only be unique together with its partition key, so identity by event
    id alone is kept in a small table beside each log: it finds duplicates in one index probe
    however many months there are, and an event by its id.
    """

    row_id = models.BigIntegerField()

    class Meta:
        abstract = True


class InteractionKey(EventKey):
    event_id = external_id_field(primary_key=True)


class DecisionTraceKey(EventKey):
    """Identities of decision traces."""

    event_id = external_id_field(primary_key=True)


class RunKey(EventKey):
    event_id = external_id_field(primary_key=True)


class AttributionKey(EventKey):
    pk = models.CompositePrimaryKey("conversion_id", "model")
    conversion_id = external_id_field("conversion id")
    model = models.CharField(max_length=14, choices=AttributionModel)

    class Meta:
        constraints: ClassVar = [plain("conversion_id")]


class EntityUse(models.Model):
    """That a row of the log refers, or once referred, to an entity of the catalogue.

    It outlives the row. A database trigger refuses to delete the entity and to change its id. The
    same may be here twice, so that no writer waits for another one.
    """

    entity = models.CharField(help_text="table")
    key = models.IntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entity", "key"], name="decisions_entityuse_key")]
