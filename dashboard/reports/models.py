"""How good the scoring models are."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import msgspec
from django.db.models import OuterRef, Subquery

from dashboard.parameters.declared import MODEL, WINDOWED
from dashboard.reports.base import Report, Row
from decisions.models import AlgorithmModel, ModelMetric
from offers.models import Status


class AucPoint(Row):
    recorded_at: Annotated[datetime, msgspec.Meta(tz=True)]
    auc: float | None


class Importance(Row):
    feature: str
    importance: float


class ModelRow(Row):
    model_id: str
    model_name: str
    model_type: str
    trend: list[AucPoint]
    feature_importance: list[Importance]


class ModelMetricsTrendReport(Report):
    """How well each model tells good offers from bad ones, and which features it goes by.

    `auc` is the area under the ROC curve, 0 to 1, where 0.5 is a coin toss; null where it was not
    measured. Importances are those of the newest record in the window that has any. All active
    models, or the one that modelId names, whatever its status.
    """

    name = "model_metrics_trend"
    accepts = (*WINDOWED, MODEL)
    example: ClassVar[Any] = [
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
    ]

    def data(self) -> list[ModelRow]:
        named, window = self.question.model, self.question.window
        recorded = ModelMetric.objects.filter(
            recorded_at__gte=window.start, recorded_at__lt=window.end
        )
        # Of each model's many objects of importances, PostgreSQL picks the one that is shown.
        known = recorded.filter(model=OuterRef("pk")).exclude(feature_importance={})
        newest = Subquery(known.order_by("-recorded_at").values("feature_importance")[:1])
        chosen = {"pk": named.pk} if named else {"status": Status.ACTIVE}
        models = AlgorithmModel.objects.filter(**chosen).order_by("external_id")
        found = list(models.values_list("pk", "external_id", "name", "type", newest))
        trends: dict[int, list[AucPoint]] = defaultdict(list)
        points = recorded.filter(model__in=[key for key, *_ in found]).order_by("recorded_at")
        for key, moment, auc in points.values_list("model_id", "recorded_at", "auc"):
            trends[key].append(AucPoint(moment.astimezone(UTC), auc))
        return [
            ModelRow(external_id, name, kind, trends[key], importances(importance or {}))
            for key, external_id, name, kind, importance in found
        ]


def importances(by_feature: dict[str, float]) -> list[Importance]:
    """The importances of features, the highest first."""
    rows = [Importance(feature, importance) for feature, importance in by_feature.items()]
    return sorted(rows, key=lambda row: (-row.importance, row.feature))
