"""How offers are scored: score_distribution, degraded_scoring."""

from typing import Any

import pytest

from tests.dashboard.examples import Example, columns
from tests.support.materialising import refresh


def histogram(example: Example, **parameters: str | int) -> list[int]:
    """The counts of the ten bins, from 0.0-0.1 to 0.9-1.0."""
    return [row["count"] for row in example.ask("score_distribution", **parameters)]


def degraded(example: Example, **parameters: str | int) -> tuple[Any, ...]:
    """The numbers of degraded_scoring; reasons with their counts come last."""
    data = example.ask("degraded_scoring", **parameters)
    reasons = columns(data["byReason"], "reason", "count")
    return data["degradedCount"], data["totalCount"], data["degradedRate"], reasons


def test_bin_has_its_lower_edge_and_the_last_one_has_both(example: Example) -> None:
    example.decided(2, scored={"boots": 0.05, "scarf": 0.3})
    example.decided(1, scored={"boots": 0.39, "scarf": 0.7})
    example.decided(1, scored={"boots": 0.9, "scarf": 1})
    assert histogram(example) == [2, 0, 0, 3, 0, 0, 0, 1, 0, 2]


def test_scores_by_offer_and_by_category(example: Example) -> None:
    example.decided(3, scored={"boots": 0.25, "sandals": 0.75})
    example.decided(1, scored={"scarf": 0.5})
    by_offer = example.ask("score_distribution", groupBy="offer")
    assert columns(by_offer, "offerId", "count", "mean") == [
        ("boots", 3, 0.25),
        ("sandals", 3, 0.75),
        ("scarf", 1, 0.5),
    ]
    by_category = example.ask("score_distribution", groupBy="category")
    assert columns(by_category, "categoryId", "count", "mean") == [
        ("shoes", 6, 0.5),
        (None, 1, 0.5),
    ]


def test_one_channel_of_two(example: Example) -> None:
    example.decided(4, scored={"boots": 0.1}, channelId="web")
    example.decided(1, scored={"boots": 0.2}, channelId="email")
    example.decided(1, scored={"boots": 0.6}, channelId="email")
    [email] = example.ask("score_distribution", groupBy="channel", filterId="email")
    assert (email["channelId"], email["count"]) == ("email", 2)
    assert email["mean"] == pytest.approx(0.4)
    assert [row["count"] for row in email["bins"]] == [0, 0, 1, 0, 0, 0, 1, 0, 0, 0]


def test_one_degraded_decision_of_four_is_a_quarter(example: Example) -> None:
    example.decided(3, scored={"boots": 0.5})
    example.decided(1, scored={"boots": 0.5}, degradedScoring=True, degradedReason="timeout")
    assert degraded(example) == (1, 4, 0.25, [("timeout", 1)])


def test_reasons_are_counted_where_something_was_scored(example: Example) -> None:
    example.decided(2, scored={"boots": 0.5})
    example.decided(2, scored={"boots": 0.5}, degradedScoring=True, degradedReason="model_error")
    example.decided(1, scored={"boots": 0.5}, degradedScoring=True)
    example.decided(9, failed={"boots": "age"}, degradedScoring=True, degradedReason="timeout")
    assert degraded(example) == (3, 5, 0.6, [("model_error", 2), ("unknown", 1)])


def test_nothing_scored_has_no_rate(example: Example) -> None:
    example.decided(2, failed={"boots": "age"})
    assert histogram(example) == [0] * 10
    assert degraded(example) == (0, 0, None, [])


def test_scores_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.decided(3, scored={"boots": 0.25})
    example.decided(1, scored={"boots": 0.8}, degradedScoring=True, days_ago=2)

    def check() -> None:
        assert histogram(example) == [0, 0, 3, 0, 0, 0, 0, 0, 1, 0]
        assert degraded(example) == (1, 4, 0.25, [("unknown", 1)])

    check()
    refresh()
    check()
