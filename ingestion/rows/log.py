"""Event rows of the log, but for decision traces. Each is appended once."""

from typing import ClassVar

import msgspec

from decisions import logs
from decisions import models as decisions
from ingestion.context import Context
from ingestion.rows.base import (
    ABSENT,
    Id,
    LogEventRow,
    Milliseconds,
    Record,
    Share,
    json_text,
    money,
    optional,
    required_money,
)
from offers import models as offers


class InteractionRow(LogEventRow):
    log: ClassVar = logs.INTERACTIONS
    model: ClassVar = logs.INTERACTIONS.model
    identity: ClassVar[tuple[str, ...]] = logs.INTERACTIONS.identity
    columns: ClassVar[tuple[str, ...]] = (
        "occurred_at",
        "offer_id",
        "channel_id",
        "outcome_type_id",
        "creative_id",
        "decision_flow_id",
        "customer_id",
        "event_id",
        "value",
        "cost",
    )
    id: Id
    customer_id: Id
    offer_id: Id
    channel_id: Id
    outcome: Id
    occurred_at: str
    creative_id: Id | None = None
    decision_flow_id: Id | None = None
    value: msgspec.Raw = ABSENT
    cost: msgspec.Raw = ABSENT

    def record(self, context: Context) -> Record:
        references = context.references
        return (
            context.event_time(self.occurred_at, "occurredAt"),
            references[offers.Offer][self.offer_id],
            references[offers.Channel][self.channel_id],
            references[decisions.OutcomeType][self.outcome],
            references[offers.Creative].optional(self.creative_id),
            references[decisions.DecisionFlow].optional(self.decision_flow_id),
            self.customer_id,
            self.id,
            money(self.value, "value"),
            money(self.cost, "cost"),
        )


class RunRow(LogEventRow):
    log: ClassVar = logs.RUNS
    model: ClassVar = logs.RUNS.model
    identity: ClassVar[tuple[str, ...]] = logs.RUNS.identity
    columns: ClassVar[tuple[str, ...]] = (
        "started_at",
        "decision_flow_id",
        "channel_id",
        "latency_ms",
        "status",
        "event_id",
    )
    leading: ClassVar[str] = "decision_flow_id"
    id: Id
    decision_flow_id: Id
    status: decisions.RunStatus
    started_at: str
    channel_id: Id | None = None
    latency_ms: Milliseconds | None = None

    def record(self, context: Context) -> Record:
        return (
            context.event_time(self.started_at, "startedAt"),
            context.references[decisions.DecisionFlow][self.decision_flow_id],
            context.references[offers.Channel].optional(self.channel_id),
            optional(self.latency_ms),
            self.status,
            self.id,
        )


class Touchpoint(msgspec.Struct, rename="camel", gc=False):
    """A contact that has a share in a conversion."""

    offer_id: Id
    channel_id: Id
    credit: Share
    value: msgspec.Raw


class AttributionRow(LogEventRow):
    log: ClassVar = logs.ATTRIBUTIONS
    model: ClassVar = logs.ATTRIBUTIONS.model
    identity: ClassVar[tuple[str, ...]] = logs.ATTRIBUTIONS.identity
    columns: ClassVar[tuple[str, ...]] = (
        "created_at",
        "total_value",
        "model",
        "customer_id",
        "conversion_id",
        "touchpoints",
    )
    identity_fields: ClassVar[tuple[str, ...]] = ("conversion_id", "attribution_model")
    conversion_id: Id
    customer_id: Id
    attribution_model: decisions.AttributionModel = msgspec.field(name="model")
    total_value: msgspec.Raw
    created_at: str
    touchpoints: list[Touchpoint] | None = None

    def record(self, context: Context) -> Record:
        for touchpoint in self.touchpoints or ():
            _ = context.references[offers.Offer][touchpoint.offer_id]
            _ = context.references[offers.Channel][touchpoint.channel_id]
            required_money(touchpoint.value, "value of a touchpoint")
        return (
            context.event_time(self.created_at, "createdAt"),
            required_money(self.total_value, "totalValue"),
            self.attribution_model,
            self.customer_id,
            self.conversion_id,
            json_text(msgspec.json.encode(self.touchpoints or []), "touchpoints"),
        )


class ModelMetricRow(LogEventRow):
    log: ClassVar = logs.MODEL_METRICS
    model: ClassVar = logs.MODEL_METRICS.model
    identity: ClassVar[tuple[str, ...]] = logs.MODEL_METRICS.identity
    columns: ClassVar[tuple[str, ...]] = ("model_id", "recorded_at", "auc", "feature_importance")
    identity_fields: ClassVar[tuple[str, ...]] = identity
    model_id: Id
    recorded_at: str
    auc: Share | None = None
    feature_importance: dict[str, float] | None = None

    def record(self, context: Context) -> Record:
        context.event_time(self.recorded_at, "recordedAt")  # refuses the future
        return (
            context.references[decisions.AlgorithmModel][self.model_id],
            # As part of the identity, an instant has one text.
            context.instant(self.recorded_at, "recordedAt"),
            optional(self.auc),
            json_text(msgspec.json.encode(self.feature_importance or {}), "featureImportance"),
        )
