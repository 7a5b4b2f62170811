"""How channels do, and what attribution models say: channel_effectiveness, attribution_summary."""

from typing import Any

from tests.dashboard.examples import Example, columns, named
from tests.support.materialising import refresh


def effectiveness(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of channel_effectiveness."""
    rows = example.ask("channel_effectiveness", **parameters)
    return columns(rows, "channelId", "impressions", "conversions", "effectivenessRate")


def attributions(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of attribution_summary."""
    rows = example.ask("attribution_summary", **parameters)
    return columns(rows, "model", "conversions", "totalValue")


def test_two_conversions_of_ten_impressions_are_a_fifth(example: Example) -> None:
    example.shown("boots", "email", 6, clicks=4, conversions=1)
    example.shown("scarf", "email", 4, conversions=1)
    example.shown("boots", "web", 20, conversions=1)
    assert effectiveness(example) == [("web", 20, 1, 0.05), ("email", 10, 2, 0.2)]


def test_active_channel_is_listed_without_an_interaction(example: Example) -> None:
    example.shown("boots", "web", 5, conversions=1, days_ago=30)
    assert effectiveness(example) == [("email", 0, 0, None), ("web", 0, 0, None)]


def test_other_channel_is_listed_with_an_interaction(example: Example) -> None:
    example.shown("boots", "web", 5, conversions=1)
    example.add(
        channels=[
            named("web", type="web", status="paused"),
            named("sms", type="sms", status="draft"),
        ]
    )
    assert effectiveness(example) == [("web", 5, 1, 0.2), ("email", 0, 0, None)]


def test_attributions_are_counted_and_added_up_by_model(example: Example) -> None:
    example.attributed("linear", 10.5, 4.5, 0.25)
    example.attributed("last_touch", 30, days_ago=6)
    example.attributed("last_touch", 1000, days_ago=7)
    assert attributions(example) == [("last_touch", 1, 30), ("linear", 3, 15.25)]
    assert attributions(example, days=1) == [("linear", 3, 15.25)]


def test_attributed_value_is_rounded_once_summed(example: Example) -> None:
    example.attributed("linear", 0.0025, 0.0025)
    example.attributed("first_touch", 0.002, 0.002)
    assert attributions(example) == [("linear", 2, 0.01), ("first_touch", 2, 0)]


def test_channels_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.shown("boots", "email", 8, conversions=2)
    example.shown("scarf", "web", 5, conversions=1, days_ago=2)
    example.attributed("time_decay", 7.25, 2.75)

    def check() -> None:
        assert effectiveness(example) == [("email", 8, 2, 0.25), ("web", 5, 1, 0.2)]
        assert attributions(example) == [("time_decay", 2, 10)]

    check()
    refresh()
    check()
