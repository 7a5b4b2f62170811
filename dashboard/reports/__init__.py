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

REPORTS: tuple[type[Report], ...] = (
    SummaryReport,
    AcceptanceRateReport,
    OfferPerformanceReport,
    OfferPerformanceGroupedReport,
    ChannelEffectivenessReport,
    BudgetBurnReport,
    FunnelReport,
    AttributionSummaryReport,
    DailyTrendReport,
    RevenueTrendReport,
    ModelMetricsTrendReport,
    LatencyTrendReport,
    PolicyImpactReport,
    ScoreDistributionReport,
    DegradedScoringReport,
    SelectionFrequencyReport,
    AnomalyCandidatesReport,
    WhyNotRankedReport,
)
REGISTRY = {report.name: report for report in REPORTS}
