"""The types of answers, by name, in the order of the README."""

from dashboard.services.anomalies import AnomalyCandidates
from dashboard.services.base import Service
from dashboard.services.budgets import BudgetBurn
from dashboard.services.channels import AttributionSummary, ChannelEffectiveness
from dashboard.services.decisions import SelectionFrequency, WhyNotRanked
from dashboard.services.models import ModelMetricsTrend
from dashboard.services.offers import AcceptanceRate, OfferPerformance, OfferPerformanceGrouped
from dashboard.services.overview import Funnel, PolicyImpact, Summary
from dashboard.services.scores import DegradedScoring, ScoreDistribution
from dashboard.services.trends import DailyTrend, LatencyTrend, RevenueTrend

REGISTRY: dict[str, type[Service]] = {
    "summary": Summary,
    "acceptance_rate": AcceptanceRate,
    "offer_performance": OfferPerformance,
    "offer_performance_grouped": OfferPerformanceGrouped,
    "channel_effectiveness": ChannelEffectiveness,
    "budget_burn": BudgetBurn,
    "funnel": Funnel,
    "attribution_summary": AttributionSummary,
    "daily_trend": DailyTrend,
    "revenue_trend": RevenueTrend,
    "model_metrics_trend": ModelMetricsTrend,
    "latency_trend": LatencyTrend,
    "policy_impact": PolicyImpact,
    "score_distribution": ScoreDistribution,
    "degraded_scoring": DegradedScoring,
    "selection_frequency": SelectionFrequency,
    "anomaly_candidates": AnomalyCandidates,
    "why_not_ranked": WhyNotRanked,
}
