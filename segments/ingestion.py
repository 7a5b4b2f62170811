"""Event rows of customers and segments, and the list of all that can be ingested."""

from typing import ClassVar

import msgspec

from decisions.ingestion import catalogue, log, traces
from decisions.ingestion.context import Context
from decisions.ingestion.rows import Id, Record, RejectedRowError, Row, json_text
from segments import models as segments
from segments.filters import validate_filters


class CustomerRow(Row):
    model: ClassVar = segments.Customer
    columns: ClassVar[tuple[str, ...]] = ("customer_id", "attributes")
    identity: ClassVar[tuple[str, ...]] = ("customer_id",)
    id: Id
    attributes: dict[str, msgspec.Raw]

    def record(self, context: Context) -> Record:  # noqa: ARG002 - rows elsewhere use it
        return self.id, json_text(msgspec.json.encode(self.attributes), "attributes")


class SegmentRow(catalogue.StatusRow):
    model: ClassVar = segments.Segment
    columns: ClassVar[tuple[str, ...]] = (*catalogue.StatusRow.columns, "filters")
    filters: msgspec.Raw

    def record(self, context: Context) -> Record:
        text = bytes(self.filters)
        try:
            validate_filters(msgspec.json.decode(text))
        except ValueError as error:
            raise RejectedRowError(str(error)) from None
        return *super().record(context), json_text(text, "filters")


# What a bundle may hold, in an order in which each file refers only to earlier ones.
ENTITIES: dict[str, type[Row]] = {
    "categories": catalogue.CategoryRow,
    "channels": catalogue.ChannelRow,
    "offers": catalogue.OfferRow,
    "creatives": catalogue.CreativeRow,
    "outcome_types": catalogue.OutcomeTypeRow,
    "experiments": catalogue.ExperimentRow,
    "journeys": catalogue.JourneyRow,
    "triggers": catalogue.TriggerRow,
    "approvals": catalogue.ApprovalRow,
    "budgets": catalogue.BudgetRow,
    "decision_flows": catalogue.DecisionFlowRow,
    "qualification_rules": catalogue.QualificationRuleRow,
    "contact_policies": catalogue.ContactPolicyRow,
    "suppressions": catalogue.SuppressionRow,
    "models": catalogue.AlgorithmModelRow,
    "attributions": log.AttributionRow,
    "customers": CustomerRow,
    "segments": SegmentRow,
    "interactions": log.InteractionRow,
    "decision_traces": traces.DecisionTraceRow,
    "runs": log.RunRow,
    "model_metrics": log.ModelMetricRow,  # last: see decisions.ingestion.shift
}
