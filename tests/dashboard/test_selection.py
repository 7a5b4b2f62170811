"""How often eligible offers are selected: selection_frequency."""

from typing import Any

from tests.dashboard.examples import Example, columns
from tests.support.materialising import refresh


def selection(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of selection_frequency, but for ranks."""
    rows = example.ask("selection_frequency", **parameters)
    return columns(rows, "offerId", "eligible", "scored", "selected", "selectionRate")


def ranks(example: Example) -> list[tuple[Any, ...]]:
    """The average rank of each offer, and how often it had ranks 1, 2, 3."""
    rows = example.ask("selection_frequency")
    return [(row["offerId"], row["averageRank"], row["rankDistribution"][:3]) for row in rows]


def test_one_selection_of_four_is_a_quarter(example: Example) -> None:
    example.decided(1, scored={"boots": 0.9}, selected=["boots"])
    example.decided(3, scored={"boots": 0.1, "scarf": 0.8}, selected=["scarf"])
    assert selection(example) == [("scarf", 3, 3, 3, 1.0), ("boots", 4, 4, 1, 0.25)]


def test_offer_that_passed_is_eligible_without_a_score_and_blocked_ones_are_not(
    example: Example,
) -> None:
    example.decided(2, passed={"boots": "age"})
    example.decided(1, passed={"boots": "age"}, blocked={"boots": "cap"})
    example.decided(1, failed={"boots": "age", "scarf": "age"})
    example.decided(1, selected=["boots"])
    assert selection(example) == [("boots", 3, 0, 1, 1 / 3)]


def test_rank_is_the_place_among_the_selected_or_else_by_score(example: Example) -> None:
    example.decided(1, scored={"boots": 0.9, "sandals": 0.5, "scarf": 0.1})
    example.decided(1, scored={"boots": 0.9, "scarf": 0.1}, selected=["scarf", "boots"])
    assert ranks(example) == [
        ("boots", 1.5, [1, 1, 0]),
        ("scarf", 2.0, [1, 0, 1]),
        ("sandals", 2.0, [0, 1, 0]),
    ]


def test_mandatory_offers_are_marked(example: Example) -> None:
    example.decided(1, selected=["scarf", "boots"])
    marks = columns(example.ask("selection_frequency"), "offerId", "mandatory")
    assert marks == [("boots", False), ("scarf", True)]


def test_channel_narrows_the_decisions_and_category_the_offers(example: Example) -> None:
    example.decided(4, scored={"boots": 0.9, "scarf": 0.2}, selected=["boots"], channelId="web")
    example.decided(1, scored={"boots": 0.9, "scarf": 0.2}, selected=["scarf"], channelId="email")
    assert selection(example, channelId="email") == [
        ("scarf", 1, 1, 1, 1.0),
        ("boots", 1, 1, 0, 0.0),
    ]
    assert selection(example, categoryId="shoes") == [("boots", 5, 5, 4, 0.8)]


def test_selection_is_the_same_before_and_after_refreshing(example: Example) -> None:
    example.decided(1, scored={"boots": 0.9, "scarf": 0.2}, selected=["boots"])
    example.decided(4, scored={"boots": 0.9}, days_ago=3)

    def check() -> None:
        assert selection(example) == [("boots", 5, 5, 1, 0.2), ("scarf", 1, 1, 0, 0.0)]
        assert ranks(example) == [("boots", 1.0, [5, 0, 0]), ("scarf", 2.0, [0, 1, 0])]

    check()
    refresh()
    check()
