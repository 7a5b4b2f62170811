"""Event rows of the catalogue. Each is upserted whole by its id."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from decisions import models as decisions
from ingestion.context import Context
from ingestion.rows.base import (
    NULL,
    EventRow,
    Id,
    Record,
    RejectedRowError,
    Word,
    boolean,
    optional,
    required_money,
)
from offers import models as offers


class NamedRow(EventRow):
    """An id and a name."""

    columns: ClassVar[tuple[str, ...]] = ("external_id", "name")
    id: Id
    name: str

    def record(self, context: Context) -> Record:  # noqa: ARG002 - rows elsewhere use it
        return self.id, self.name


class StatusRow(NamedRow):
    """An id, a name and a status."""

    columns: ClassVar[tuple[str, ...]] = ("external_id", "name", "status")
    status: offers.Status

    def record(self, context: Context) -> Record:  # noqa: ARG002 - rows elsewhere use it
        return self.id, self.name, self.status


class CategoryRow(NamedRow):
    model: ClassVar = offers.Category


class ChannelRow(StatusRow):
    model: ClassVar = offers.Channel
    columns: ClassVar[tuple[str, ...]] = (*StatusRow.columns, "type")
    type: Word

    def record(self, context: Context) -> Record:
        return *super().record(context), self.type


class OfferRow(StatusRow):
    model: ClassVar = offers.Offer
    columns: ClassVar[tuple[str, ...]] = (
        *StatusRow.columns,
        "category_id",
        "mandatory",
        "deleted_at",
    )
    category_id: Id | None = None
    mandatory: bool | None = None
    deleted_at: str | None = None

    def record(self, context: Context) -> Record:
        return (
            *super().record(context),
            context.references[offers.Category].optional(self.category_id),
            boolean(self.mandatory),
            context.optional_instant(self.deleted_at, "deletedAt"),
        )


class CreativeRow(StatusRow):
    model: ClassVar = offers.Creative
    columns: ClassVar[tuple[str, ...]] = (*StatusRow.columns, "offer_id", "channel_id")
    offer_id: Id
    channel_id: Id

    def record(self, context: Context) -> Record:
        return (
            *super().record(context),
            context.references[offers.Offer][self.offer_id],
            context.references[offers.Channel][self.channel_id],
        )


class ExperimentRow(StatusRow):
    model: ClassVar = offers.Experiment


class JourneyRow(StatusRow):
    model: ClassVar = offers.Journey


class TriggerRow(StatusRow):
    model: ClassVar = offers.Trigger


class ApprovalRow(EventRow):
    model: ClassVar = offers.Approval
    columns: ClassVar[tuple[str, ...]] = (
        "external_id",
        "entity_type",
        "entity_id",
        "action",
        "status",
    )
    id: Id
    entity_type: str
    entity_id: Id
    action: offers.ApprovalAction
    status: offers.ApprovalStatus

    def record(self, context: Context) -> Record:  # noqa: ARG002 - rows elsewhere use it
        return self.id, self.entity_type, self.entity_id, self.action, self.status


class BudgetRow(NamedRow):
    model: ClassVar = offers.Budget
    columns: ClassVar[tuple[str, ...]] = (
        *NamedRow.columns,
        "scope",
        "category_id",
        "offer_id",
        "channel_id",
        "period_start",
        "period_end",
        "allocated",
    )
    scope: offers.BudgetScope
    period_start: date
    period_end: date
    allocated: msgspec.Raw
    scope_id: Id | None = None

    def record(self, context: Context) -> Record:
        if self.period_end < self.period_start:
            raise RejectedRowError(
                f"periodEnd {self.period_end} lies before periodStart {self.period_start}"
            )
        allocated = required_money(self.allocated, "allocated")
        if Decimal(allocated) < 0:
            raise RejectedRowError(f"allocated is {allocated}; it must be 0 or more")
        return (
            *super().record(context),
            self.scope,
            self._target(context, offers.BudgetScope.CATEGORY, offers.Category),
            self._target(context, offers.BudgetScope.OFFER, offers.Offer),
            self._target(context, offers.BudgetScope.CHANNEL, offers.Channel),
            context.day(self.period_start, "periodStart"),
            context.day(self.period_end, "periodEnd"),
            allocated,
        )

    def _target(
        self, context: Context, scope: offers.BudgetScope, model: type[offers.Entity]
    ) -> str:
        if self.scope != scope:
            return NULL
        if self.scope_id is None:
            raise RejectedRowError(f"scopeId is missing: the scope {scope} needs the {scope}'s id")
        return context.references[model][self.scope_id]


class OutcomeTypeRow(EventRow):
    model: ClassVar = decisions.OutcomeType
    columns: ClassVar[tuple[str, ...]] = (
        "external_id",
        "name",
        "classification",
        "category",
        "is_conversion",
    )
    key: Id
    name: str
    classification: decisions.Classification
    category: decisions.OutcomeCategory
    is_conversion: bool | None = None

    def record(self, context: Context) -> Record:  # noqa: ARG002 - rows elsewhere use it
        if self.is_conversion and self.classification != decisions.Classification.POSITIVE:
            raise RejectedRowError(
                f"isConversion is true but classification is {self.classification}; "
                "only a positive outcome can be a conversion"
            )
        return (
            self.key,
            self.name,
            self.classification,
            self.category,
            boolean(self.is_conversion),
        )


class DecisionFlowRow(StatusRow):
    model: ClassVar = decisions.DecisionFlow


class QualificationRuleRow(NamedRow):
    model: ClassVar = decisions.QualificationRule
    columns: ClassVar[tuple[str, ...]] = (*NamedRow.columns, "type")
    type: str

    def record(self, context: Context) -> Record:
        return *super().record(context), self.type


class ContactPolicyRow(NamedRow):
    model: ClassVar = decisions.ContactPolicy
    columns: ClassVar[tuple[str, ...]] = (*NamedRow.columns, "type")
    type: Word

    def record(self, context: Context) -> Record:
        return *super().record(context), self.type


class AlgorithmModelRow(StatusRow):
    model: ClassVar = decisions.AlgorithmModel
    columns: ClassVar[tuple[str, ...]] = (*StatusRow.columns, "type")
    type: str

    def record(self, context: Context) -> Record:
        return *super().record(context), self.type


class SuppressionRow(EventRow):
    model: ClassVar = decisions.Suppression
    columns: ClassVar[tuple[str, ...]] = (
        "external_id",
        "customer_id",
        "policy_id",
        "offer_id",
        "reason",
        "created_at",
        "expires_at",
    )
    id: Id
    customer_id: Id
    policy_id: Id
    created_at: str
    offer_id: Id | None = None
    reason: str | None = None
    expires_at: str | None = None

    def record(self, context: Context) -> Record:
        return (
            self.id,
            self.customer_id,
            context.references[decisions.ContactPolicy][self.policy_id],
            context.references[offers.Offer].optional(self.offer_id),
            optional(self.reason),
            context.instant(self.created_at, "createdAt"),
            context.optional_instant(self.expires_at, "expiresAt"),
        )
