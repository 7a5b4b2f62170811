"""All that can be ingested."""

from ingestion.rows import catalogue, customers, log, traces
from ingestion.rows.base import EventRow

# What a bundle may hold, in an order in which each file refers only to earlier ones.
ENTITIES: dict[str, type[EventRow]] = {
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
    "customers": customers.CustomerRow,
    "segments": customers.SegmentRow,
    "interactions": log.InteractionRow,
    "decision_traces": traces.DecisionTraceRow,
    "runs": log.RunRow,
    "model_metrics": log.ModelMetricRow,  # last: see ingestion.shift
}
