"""How good the scoring models are."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from dashboard.services.base import Row, Service
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


class ModelMetricsTrend(Service):
    """How well each model tells good offers from bad ones, and which features it goes by.

    `auc` is the area under the ROC curve, 0 to 1, where 0.5 is a coin toss; null where it was not
    measured. Importances are those of the newest record in the window that has any. All active
    models, or the one that modelId names, whatever its status.
    """

    accepts = frozenset({"days", "modelId"})

    def data(self) -> list[ModelRow]:
        named = self.question.model
        models = [named] if named else AlgorithmModel.objects.filter(status=Status.ACTIVE)
        window = self.question.window
        metrics: dict[int, list[ModelMetric]] = defaultdict(list)
        for metric in ModelMetric.objects.filter(
            model__in=models, recorded_at__gte=window.start, recorded_at__lt=window.end
        ).order_by("recorded_at"):
            metrics[metric.model_id].append(metric)
        return [
            ModelRow(
                model.external_id,
                model.name,
                model.type,
                [AucPoint(metric.recorded_at.astimezone(UTC), metric.auc) for metric in recorded],
                importances(recorded),
            )
            for model in sorted(models, key=lambda model: model.external_id)
            for recorded in [metrics[model.pk]]
        ]


def importances(metrics: list[ModelMetric]) -> list[Importance]:
    """The newest importances that are not empty, the highest first."""
    known = [metric.feature_importance for metric in metrics if metric.feature_importance]
    newest = known[-1].items() if known else ()
    rows = [Importance(feature, importance) for feature, importance in newest]
    return sorted(rows, key=lambda row: (-row.importance, row.feature))
