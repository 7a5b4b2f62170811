"""Why an offer was not selected: why_not_ranked."""

from typing import Any

from tests.dashboard.examples import Example, columns
from tests.support.materialising import materialize, refresh


def misses(example: Example, offer: str, **parameters: str | int) -> tuple[Any, ...]:
    """How often the offer was considered, selected and missed, and the rate of misses."""
    data = example.ask("why_not_ranked", offerId=offer, **parameters)
    return data["considered"], data["selected"], data["missed"], data["missRate"]


def reasons(example: Example, offer: str) -> list[tuple[Any, ...]]:
    """What caused how many misses."""
    data = example.ask("why_not_ranked", offerId=offer)
    return columns(data["reasons"], "stage", "id", "count")


def beaten_by(example: Example, offer: str) -> list[tuple[Any, ...]]:
    """Who came first where the offer was outranked."""
    data = example.ask("why_not_ranked", offerId=offer)
    return columns(data["beatenBy"], "offerId", "count")


def test_nine_misses_in_ten_decisions(example: Example) -> None:
    example.decided(1, scored={"boots": 0.9}, selected=["boots"])
    example.decided(4, failed={"boots": "stock"})
    example.decided(3, blocked={"boots": "cap"})
    example.decided(2, scored={"boots": 0.1, "scarf": 0.8}, selected=["scarf"])
    assert misses(example, "boots") == (10, 1, 9, 0.9)
    assert reasons(example, "boots") == [
        ("qualification", "stock", 4),
        ("contact_policy", "cap", 3),
        ("outranked", None, 2),
    ]
    assert beaten_by(example, "boots") == [("scarf", 2)]


def test_reasons_have_names(example: Example) -> None:
    example.decided(2, failed={"boots": "age"})
    example.decided(1, failed={"boots": "stock"})
    data = example.ask("why_not_ranked", offerId="boots")
    assert data["offerName"] == "Boots"
    assert columns(data["reasons"], "name", "count") == [("Age", 2), ("Stock", 1)]


def test_absent_is_not_a_miss(example: Example) -> None:
    example.decided(5, scored={"scarf": 0.8}, selected=["scarf"])
    example.decided(5, passed={"boots": "age"})
    assert misses(example, "boots") == (0, 0, 0, None)
    assert reasons(example, "boots") == []


def test_only_the_first_of_the_selected_has_beaten_the_offer(example: Example) -> None:
    example.decided(3, scored={"boots": 0.1}, selected=["scarf", "sandals"])
    example.decided(1, scored={"boots": 0.1}, selected=["sandals"])
    example.decided(1, scored={"boots": 0.1})
    assert reasons(example, "boots") == [("outranked", None, 5)]
    assert beaten_by(example, "boots") == [("scarf", 3), ("sandals", 1)]


def test_segment_counts_decisions_about_its_members(example: Example) -> None:
    example.decided(3, failed={"boots": "age"}, customerId="bob")
    example.decided(1, failed={"boots": "age"}, customerId="ann")
    example.decided(1, selected=["boots"], customerId="ann")
    materialize("vips")
    assert misses(example, "boots", segmentId="vips") == (2, 1, 1, 0.5)
    assert misses(example, "boots") == (5, 1, 4, 0.8)


def test_misses_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.decided(1, selected=["boots"])
    example.decided(2, failed={"boots": "age"}, days_ago=3)
    example.decided(1, scored={"boots": 0.1}, selected=["scarf"])

    def check() -> None:
        assert misses(example, "boots") == (4, 1, 3, 0.75)
        assert reasons(example, "boots") == [("qualification", "age", 2), ("outranked", None, 1)]
        assert beaten_by(example, "boots") == [("scarf", 1)]

    check()
    refresh()
    check()
