"""An example of each type's data, for the OpenAPI schema.

They tell one story: a shop that shows winter offers by email and in its app.
"""

from typing import Any

from dashboard.reports import REGISTRY

_BOOTS = {"offerId": "offer_001", "offerName": "Winter boots, 20 % off"}
_SCARF = {"offerId": "offer_002", "offerName": "Free scarf with any coat"}
_EMAIL = {"channelId": "ch_email", "channelName": "Email"}
_APP = {"channelId": "ch_app", "channelName": "Mobile app"}
_PERFORMANCE = {
    "impressions": 5210,
    "conversions": 148,
    "revenue": 8864.5,
    "conversionRate": 148 / 5210,
}

DATA: dict[str, Any] = {
    "summary": {
        "activeOffers": 42,
        "activeChannels": 5,
        "activeExperiments": 3,
        "activeJourneys": 7,
        "activeTriggers": 12,
        "pendingApprovals": 2,
    },
    "acceptance_rate": [
        {**_BOOTS, "impressions": 5210, "positive": 612, "acceptanceRate": 612 / 5210},
        {**_SCARF, "impressions": 0, "positive": 3, "acceptanceRate": None},
    ],
    "offer_performance": [{**_BOOTS, **_PERFORMANCE}],
    "offer_performance_grouped": [{**_EMAIL, **_BOOTS, **_PERFORMANCE}],
    "channel_effectiveness": [
        {**_EMAIL, "impressions": 8000, "conversions": 200, "effectivenessRate": 0.025},
        {**_APP, "impressions": 0, "conversions": 0, "effectivenessRate": None},
    ],
    "budget_burn": [
        {
            "budgetId": "budget_winter",
            "name": "Winter campaign",
            "scope": "category",
            "scopeId": "cat_shoes",
            "periodStart": "2026-03-01",
            "periodEnd": "2026-03-31",
            "allocated": 5000,
            "spent": 5250.75,
            "remaining": -250.75,
            "burnRate": 1.05015,
        }
    ],
    "funnel": [
        {"stage": "totalOffers", "count": 60},
        {"stage": "activeOffers", "count": 42},
        {"stage": "offersWithCreatives", "count": 39},
        {"stage": "totalCreatives", "count": 118},
    ],
    "attribution_summary": [
        {"model": "last_touch", "conversions": 148, "totalValue": 8864.5},
        {"model": "linear", "conversions": 140, "totalValue": 8510},
    ],
    "daily_trend": [
        {"date": "2026-03-09", "impressions": 1312, "conversions": 33},
        {"date": "2026-03-10", "impressions": 604, "conversions": 12},
    ],
    "revenue_trend": [
        {"date": "2026-03-09", "revenue": 1960.25},
        {"date": "2026-03-10", "revenue": 0},
    ],
    "model_metrics_trend": [
        {
            "modelId": "model_001",
            "modelName": "Propensity to buy",
            "modelType": "gradient_boosting",
            "trend": [
                {"recordedAt": "2026-03-09T03:00:00Z", "auc": 0.81},
                {"recordedAt": "2026-03-10T03:00:00Z", "auc": None},
            ],
            "featureImportance": [
                {"feature": "days_since_purchase", "importance": 0.42},
                {"feature": "tier", "importance": 0.17},
            ],
        }
    ],
    "latency_trend": [
        {"date": "2026-03-09", "p50": 21.5, "p99": 148.2, "runs": 1840},
        {"date": "2026-03-10", "p50": None, "p99": None, "runs": 0},
    ],
    "policy_impact": [{"policyType": "frequency_cap", "suppressions": 950, "customers": 820}],
    "score_distribution": [
        {"binStart": tenth / 10, "binEnd": (tenth + 1) / 10, "count": count}
        for tenth, count in enumerate([310, 842, 1204, 990, 610, 402, 233, 120, 61, 17])
    ],
    "degraded_scoring": {
        "degradedCount": 31,
        "totalCount": 4789,
        "degradedRate": 31 / 4789,
        "byReason": [{"reason": "timeout", "count": 22}, {"reason": "unknown", "count": 9}],
    },
    "selection_frequency": [
        {
            **_BOOTS,
            "mandatory": False,
            "eligible": 3200,
            "scored": 3150,
            "selected": 800,
            "selectionRate": 0.25,
            "averageRank": 2.4,
            "rankDistribution": [800, 1100, 640, 380, 150, 60, 15, 4, 1, 0],
        }
    ],
    "anomaly_candidates": [
        {
            "metric": "acceptance_rate",
            "scope": "offer",
            "dimensionId": "offer_001",
            "dimensionName": "Winter boots, 20 % off",
            "current": 0.05,
            "baseline": 0.1,
            "currentCount": 5200,
            "baselineCount": 5000,
            "percentChange": -50,
            "zScore": -9.63,
            "severity": "critical",
        }
    ],
    "why_not_ranked": {
        **_SCARF,
        "considered": 1000,
        "selected": 100,
        "missed": 900,
        "missRate": 0.9,
        "reasons": [
            {
                "stage": "contact_policy",
                "id": "policy_003",
                "name": "At most 3 emails a week",
                "count": 600,
            },
            {"stage": "outranked", "id": None, "name": None, "count": 300},
        ],
        "beatenBy": [{**_BOOTS, "count": 240}],
    },
}


def example(kind: str) -> dict[str, Any]:
    """A whole answer of a type, two days long."""
    service = REGISTRY[kind]
    zone = {"timeZone": "UTC"}
    parts: dict[str, Any] = {"type": kind, "asOf": "2026-03-10T09:41:07.254310Z"}
    if "days" in service.accepts:
        parts["window"] = {"days": 2, "from": "2026-03-09", "to": "2026-03-10", **zone}
    if "baselineDays" in service.accepts:
        parts["baselineWindow"] = {"days": 2, "from": "2026-03-07", "to": "2026-03-08", **zone}
    if service.sampled:
        parts |= {"sampleCap": 10_000, "sampleSize": 4789, "sampleTruncated": False}
    return {**parts, "data": DATA[kind]}
