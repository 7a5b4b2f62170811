"""What differs from the days before: anomaly_candidates. Windows are of 7 days, 7 before them."""

from typing import Any

import pytest

from tests.dashboard.examples import Example, Row, columns
from tests.support.materialising import refresh


def anomalies(example: Example, metric: str, scope: str, **parameters: str | int) -> list[Row]:
    """The rows of a metric in a scope."""
    rows = example.ask("anomaly_candidates", **parameters)
    return [row for row in rows if (row["metric"], row["scope"]) == (metric, scope)]


def test_acceptance_up_from_two_to_three_fifths(example: Example) -> None:
    """Pooled, half of 400 are accepted: a standard error of 0.5 x sqrt(2/200) = 0.05."""
    example.shown("boots", "email", 200, clicks=80, days_ago=7)
    example.shown("boots", "email", 200, clicks=120)
    [row] = anomalies(example, "acceptance_rate", "overall")
    assert (row["baseline"], row["baselineCount"]) == (0.4, 200)
    assert (row["current"], row["currentCount"]) == (0.6, 200)
    assert row["percentChange"] == 50
    assert row["zScore"] == pytest.approx(4)  # from 0.4 to 0.6
    assert (row["severity"], row["dimensionId"]) == ("critical", None)


def test_each_offer_and_channel_is_compared_with_itself(example: Example) -> None:
    example.shown("boots", "email", 100, clicks=20, days_ago=10)
    example.shown("boots", "email", 100, clicks=15)
    example.shown("scarf", "web", 100, clicks=20, days_ago=10)
    example.shown("scarf", "web", 100, clicks=20)
    [offer] = anomalies(example, "acceptance_rate", "offer")
    assert (offer["dimensionId"], offer["percentChange"], offer["severity"]) == (
        "boots",
        -25,
        "info",
    )
    [channel] = anomalies(example, "acceptance_rate", "channel")
    assert (channel["dimensionId"], channel["percentChange"]) == ("email", -25)
    # Overall 35 of 200 after 40 of 200: down by 12.5 %, which is not remarkable.
    assert anomalies(example, "acceptance_rate", "overall") == []


def test_small_change_of_many_impressions_is_remarkable(example: Example) -> None:
    """Pooled, half of 1600 are accepted: a standard error of 0.5 x sqrt(2/800) = 0.025."""
    example.shown("boots", "email", 800, clicks=370, days_ago=7)
    example.shown("boots", "email", 800, clicks=430)
    [row] = anomalies(example, "acceptance_rate", "overall")
    assert row["zScore"] == pytest.approx(3)  # 60 of 800 are 0.075
    assert row["percentChange"] == pytest.approx(16.216, abs=0.001)  # which alone would be "info"
    assert row["severity"] == "warning"


def test_revenue_that_stopped(example: Example) -> None:
    """The same each day before, so there is no spread, and no z score."""
    for days_ago in range(7, 14):
        example.shown("boots", "email", 1, conversions=1, value=10, days_ago=days_ago)
    [row] = anomalies(example, "revenue", "offer")
    assert (row["dimensionId"], row["baseline"], row["current"]) == ("boots", 10, 0)
    assert (row["percentChange"], row["zScore"], row["severity"]) == (-100, None, "critical")


def test_scoring_is_degraded_twice_as_often(example: Example) -> None:
    example.decided(45, scored={"boots": 0.5}, days_ago=8)
    example.decided(5, scored={"boots": 0.5}, degradedScoring=True, days_ago=8)
    example.decided(40, scored={"boots": 0.5})
    example.decided(10, scored={"boots": 0.5}, degradedScoring=True)
    [row] = anomalies(example, "degraded_scoring_rate", "overall")
    assert (row["baseline"], row["current"], row["currentCount"]) == (0.1, 0.2, 50)
    assert (row["percentChange"], row["severity"]) == (100, "critical")


def test_days_before_the_baseline_are_not_looked_at(example: Example) -> None:
    example.shown("boots", "email", 10, clicks=1, days_ago=14)
    example.shown("boots", "email", 10, clicks=5)
    assert anomalies(example, "acceptance_rate", "overall") == []
    [row] = anomalies(example, "acceptance_rate", "overall", baselineDays=8)
    assert (row["baseline"], row["current"], row["percentChange"]) == (0.1, 0.5, 400)


def test_anomalies_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.shown("boots", "email", 10, clicks=5, days_ago=9)
    example.shown("boots", "email", 10, clicks=2)

    def found() -> list[tuple[Any, ...]]:
        rows = anomalies(example, "acceptance_rate", "offer")
        return columns(rows, "dimensionId", "baseline", "current", "severity")

    assert found() == [("boots", 0.5, 0.2, "critical")]
    refresh()
    assert found() == [("boots", 0.5, 0.2, "critical")]
