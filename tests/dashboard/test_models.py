"""How good the scoring models are: model_metrics_trend."""

from typing import Any

from tests.dashboard.examples import Example, Row, columns, day, moment, named
from tests.support.materialising import refresh


def record(model: str, days_ago: int, auc: float | None, **importance: float) -> Row:
    """What was measured of a model."""
    row = {"modelId": model, "recordedAt": moment(days_ago), "auc": auc}
    return {**row, "featureImportance": importance}


def trend(model: Row) -> list[tuple[Any, ...]]:
    """The day and the AUC of each record."""
    return [(point["recordedAt"][:10], point["auc"]) for point in model["trend"]]


def importances(model: Row) -> list[tuple[Any, ...]]:
    """The features and their importances."""
    return columns(model["featureImportance"], "feature", "importance")


def test_trend_is_what_was_recorded_in_the_window_oldest_first(example: Example) -> None:
    example.add(
        models=[named("propensity", type="boosting")],
        model_metrics=[
            record("propensity", 0, 0.81),
            record("propensity", 3, None),
            record("propensity", 6, 0.75),
            record("propensity", 7, 0.5),
        ],
    )
    [model] = example.ask("model_metrics_trend")
    assert (model["modelId"], model["modelName"]) == ("propensity", "Propensity")
    assert model["modelType"] == "boosting"
    assert trend(model) == [(day(6), 0.75), (day(3), None), (day(0), 0.81)]


def test_importances_are_the_newest_that_there_are(example: Example) -> None:
    example.add(
        models=[named("propensity", type="boosting")],
        model_metrics=[
            record("propensity", 0, 0.8),
            record("propensity", 1, 0.8, age=0.2, tier=0.5, basket=0.2),
            record("propensity", 2, 0.8, age=0.9),
        ],
    )
    [model] = example.ask("model_metrics_trend")
    assert importances(model) == [("tier", 0.5), ("age", 0.2), ("basket", 0.2)]


def test_active_models_are_listed_or_the_one_that_is_named(example: Example) -> None:
    example.add(
        models=[
            named("b", type="boosting"),
            named("a", type="logit"),
            named("old", type="logit", status="archived"),
        ],
        model_metrics=[record("a", 1, 0.7), record("old", 1, 0.6)],
    )
    models = example.ask("model_metrics_trend")
    assert [(model["modelId"], trend(model)) for model in models] == [
        ("a", [(day(1), 0.7)]),
        ("b", []),
    ]
    [old] = example.ask("model_metrics_trend", modelId="old")
    assert trend(old) == [(day(1), 0.6)]


def test_models_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.add(
        models=[named("propensity", type="boosting")],
        model_metrics=[record("propensity", 1, 0.8, tier=0.5)],
    )

    def check() -> None:
        [model] = example.ask("model_metrics_trend")
        assert trend(model) == [(day(1), 0.8)]
        assert importances(model) == [("tier", 0.5)]

    check()
    refresh()
    check()
