"""How things went, day by day; and what attribution made of it."""

from fractions import Fraction

from tests.oracle.days import instant
from tests.oracle.numbers import descending, exact, money, percentile
from tests.oracle.offers import conversions, impressions, revenue
from tests.oracle.overview import active
from tests.oracle.question import Question
from tests.oracle.world import Row


def daily_trend(question: Question) -> list[Row]:
    answers = []
    interactions = question.interactions()
    for day in question.window:
        rows = [row for row in interactions if row.day == day]
        answers.append(
            {
                "date": day.isoformat(),
                "impressions": impressions(rows),
                "conversions": conversions(rows),
            }
        )
    return answers


def revenue_trend(question: Question) -> list[Row]:
    answers = []
    interactions = question.interactions()
    for day in question.window:
        rows = [row for row in interactions if row.day == day]
        answers.append({"date": day.isoformat(), "revenue": money(revenue(rows))})
    return answers


def latency_trend(question: Question) -> list[Row]:
    latencies: dict[str, list[int]] = {day.isoformat(): [] for day in question.window}
    for run in question.world.log("runs", "id"):
        day = question.world.day(run["startedAt"])
        if (
            day in question.window
            and run["status"] in ("completed", "failed")
            and run.get("latencyMs") is not None
        ):
            latencies[day.isoformat()].append(run["latencyMs"])
    return [
        {
            "date": date,
            "p50": percentile(values, Fraction(1, 2)),
            "p99": percentile(values, Fraction(99, 100)),
            "runs": len(values),
        }
        for date, values in latencies.items()
    ]


def attribution_summary(question: Question) -> list[Row]:
    values: dict[str, list[Fraction]] = {}
    for row in question.world.log("attributions", "conversionId", "model"):
        if question.world.day(row["createdAt"]) in question.window:
            values.setdefault(row["model"], []).append(exact(row["totalValue"]))
    # Ordered by the exact sums, not by what is shown of them.
    ordered = sorted(values.items(), key=lambda item: (descending(sum(item[1])), item[0]))
    return [
        {"model": model, "conversions": len(found), "totalValue": money(Fraction(sum(found)))}
        for model, found in ordered
    ]


def model_metrics_trend(question: Question) -> list[Row]:
    models = question.world.catalogue("models")
    named = question.given.get("modelId")
    chosen = active(models) if named is None else {named: models[named]}
    answers = []
    for model_id, model in chosen.items():
        metrics = [
            row
            for row in question.world.log("model_metrics", "modelId", "recordedAt")
            if row["modelId"] == model_id
            and question.world.day(row["recordedAt"]) in question.window
        ]
        metrics.sort(key=lambda row: instant(row["recordedAt"]))
        importances = [row["featureImportance"] for row in metrics if row.get("featureImportance")]
        newest = importances[-1] if importances else {}
        answers.append(
            {
                "modelId": model_id,
                "modelName": model["name"],
                "modelType": model["type"],
                "trend": [
                    {"recordedAt": row["recordedAt"], "auc": as_float(row.get("auc"))}
                    for row in metrics
                ],
                "featureImportance": [
                    {"feature": feature, "importance": float(importance)}
                    for feature, importance in sorted(
                        newest.items(), key=lambda item: (-item[1], item[0])
                    )
                ],
            }
        )
    return answers


def as_float(number: float | None) -> float | None:
    return None if number is None else float(number)
