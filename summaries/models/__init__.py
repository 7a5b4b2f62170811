"""The summaries, their totals, and how far they have got."""

from summaries.models.base import Measures, Totals
from summaries.models.decisions import (
    ConsiderationMeasures,
    ConsiderationSummary,
    ConsiderationTotals,
    DecisionMeasures,
    DecisionSummary,
    DecisionTotals,
    OfferDecisionMeasures,
    OfferDecisionSummary,
    OfferDecisionTotals,
    ScoreSummary,
    ScoreTotals,
)
from summaries.models.events import (
    AttributionSummary,
    AttributionTotals,
    InteractionMeasures,
    InteractionSummary,
    InteractionTotals,
)
from summaries.models.latency import LatencySummary, LatencyTotals
from summaries.models.querysets import TotalsQuerySet
from summaries.models.segments import (
    SegmentConsiderationContributions,
    SegmentDecisionContributions,
    SegmentDecisionSummary,
    SegmentDecisionTotals,
    SegmentInteractionSummary,
    SegmentInteractionTotals,
    SegmentOfferDecisionContributions,
    SegmentOfferDecisionSummary,
    SegmentOfferDecisionTotals,
)
from summaries.models.traces import DecisionQuerySet, TraceQuerySet, TraceSample
from summaries.models.watermark import LogWatermark

SEGMENT_SUMMARIES: tuple[type[Measures], ...] = (
    SegmentInteractionSummary,
    SegmentDecisionSummary,
    SegmentOfferDecisionSummary,
)
# All that merging, rebuilding and erasing keep right. A new summary is added here.
SUMMARIES: tuple[type[Measures], ...] = (
    InteractionSummary,
    DecisionSummary,
    OfferDecisionSummary,
    ConsiderationSummary,
    ScoreSummary,
    LatencySummary,
    AttributionSummary,
    *SEGMENT_SUMMARIES,
)
MERGED_LOGS = tuple(dict.fromkeys(summary.log for summary in SUMMARIES))
# What reports of a segment's decisions read beside its summaries: contributions, never summed up.
READ_BY_SEGMENT: tuple[type[Measures], ...] = (ConsiderationMeasures,)

__all__ = [
    "MERGED_LOGS",
    "READ_BY_SEGMENT",
    "SEGMENT_SUMMARIES",
    "SUMMARIES",
    "AttributionSummary",
    "AttributionTotals",
    "ConsiderationMeasures",
    "ConsiderationSummary",
    "ConsiderationTotals",
    "DecisionMeasures",
    "DecisionQuerySet",
    "DecisionSummary",
    "DecisionTotals",
    "InteractionMeasures",
    "InteractionSummary",
    "InteractionTotals",
    "LatencySummary",
    "LatencyTotals",
    "LogWatermark",
    "Measures",
    "OfferDecisionMeasures",
    "OfferDecisionSummary",
    "OfferDecisionTotals",
    "ScoreSummary",
    "ScoreTotals",
    "SegmentConsiderationContributions",
    "SegmentDecisionContributions",
    "SegmentDecisionSummary",
    "SegmentDecisionTotals",
    "SegmentInteractionSummary",
    "SegmentInteractionTotals",
    "SegmentOfferDecisionContributions",
    "SegmentOfferDecisionSummary",
    "SegmentOfferDecisionTotals",
    "Totals",
    "TotalsQuerySet",
    "TraceQuerySet",
    "TraceSample",
]
