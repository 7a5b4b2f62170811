"""The types of answers, by name, in the order of the README."""

from dashboard.reports.anomalies import AnomalyCandidatesReport
from dashboard.reports.base import Report
from dashboard.reports.budgets import BudgetBurnReport
from dashboard.reports.channels import AttributionSummaryReport, ChannelEffectivenessReport
from dashboard.reports.decisions import SelectionFrequencyReport, WhyNotRankedReport
from dashboard.reports.models import ModelMetricsTrendReport
from dashboard.reports.offers import (
    AcceptanceRateReport,
    OfferPerformanceGroupedReport,
    OfferPerformanceReport,
)
from dashboard.reports.overview import FunnelReport, PolicyImpactReport, SummaryReport
from dashboard.reports.scores import DegradedScoringReport, ScoreDistributionReport
from dashboard.reports.trends import DailyTrendReport, LatencyTrendReport, RevenueTrendReport

REGISTRY: dict[str, type[Report]] = {
    "summary": SummaryReport,
    "acceptance_rate": AcceptanceRateReport,
    "offer_performance": OfferPerformanceReport,
    "offer_performance_grouped": OfferPerformanceGroupedReport,
    "channel_effectiveness": ChannelEffectivenessReport,
    "budget_burn": BudgetBurnReport,
    "funnel": FunnelReport,
    "attribution_summary": AttributionSummaryReport,
    "daily_trend": DailyTrendReport,
    "revenue_trend": RevenueTrendReport,
    "model_metrics_trend": ModelMetricsTrendReport,
    "latency_trend": LatencyTrendReport,
    "policy_impact": PolicyImpactReport,
    "score_distribution": ScoreDistributionReport,
    "degraded_scoring": DegradedScoringReport,
    "selection_frequency": SelectionFrequencyReport,
    "anomaly_candidates": AnomalyCandidatesReport,
    "why_not_ranked": WhyNotRankedReport,
}
