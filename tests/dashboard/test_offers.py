"""How offers do: acceptance_rate, offer_performance, offer_performance_grouped."""

from typing import Any

from tests.dashboard.examples import Example, columns, moment, named
from tests.support.materialising import materialize, refresh


def acceptance(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of acceptance_rate."""
    rows = example.ask("acceptance_rate", **parameters)
    return columns(rows, "offerId", "impressions", "positive", "acceptanceRate")


def performance(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of offer_performance."""
    rows = example.ask("offer_performance", **parameters)
    return columns(rows, "offerId", "impressions", "conversions", "revenue", "conversionRate")


def grouped(example: Example, group: str, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of offer_performance_grouped, each after its group's id."""
    rows = example.ask("offer_performance_grouped", groupBy=group, **parameters)
    return columns(rows, f"{group}Id", "offerId", "impressions", "conversions", "conversionRate")


def test_three_clicks_on_ten_impressions_are_three_tenths(example: Example) -> None:
    example.shown("boots", "email", 10, clicks=3)
    example.shown("scarf", "email", 15, clicks=2)
    example.shown("scarf", "web", 5, clicks=3)
    assert acceptance(example) == [("scarf", 20, 5, 0.25), ("boots", 10, 3, 0.3)]


def test_conversion_accepts_and_dismissal_does_not(example: Example) -> None:
    example.shown("boots", "email", 10, clicks=2, conversions=1, dismissals=4)
    assert acceptance(example) == [("boots", 10, 3, 0.3)]


def test_late_clicks_push_the_rate_over_one_and_leave_it_null_without_impressions(
    example: Example,
) -> None:
    example.shown("boots", "email", 2, clicks=3)
    example.shown("scarf", "email", 0, clicks=1)
    assert acceptance(example) == [("boots", 2, 3, 1.5), ("scarf", 0, 1, None)]


def test_seven_days_end_today(example: Example) -> None:
    example.shown("boots", "email", 4, clicks=1)
    example.shown("boots", "email", 4, clicks=1, days_ago=6)
    example.shown("boots", "email", 2, clicks=2, days_ago=7)
    assert acceptance(example) == [("boots", 8, 2, 0.25)]
    assert acceptance(example, days=1) == [("boots", 4, 1, 0.25)]
    assert acceptance(example, days=8) == [("boots", 10, 4, 0.4)]


def test_performance_is_conversions_and_what_they_are_worth(example: Example) -> None:
    example.shown("boots", "email", 8, clicks=3, conversions=2, value=10.25)
    example.shown("scarf", "web", 10, conversions=1, value=99.99)
    assert performance(example) == [
        ("scarf", 10, 1, 99.99, 0.1),
        ("boots", 8, 2, 20.5, 0.25),
        ("sandals", 0, 0, 0, None),
    ]


def test_performance_is_of_active_offers(example: Example) -> None:
    for offer in ("boots", "sandals", "scarf"):
        example.shown(offer, "email", 5, conversions=1, value=1)
    example.add(offers=[named("boots", status="paused"), named("scarf", deletedAt=moment())])
    assert performance(example) == [("sandals", 5, 1, 1, 0.2)]
    assert [row[0] for row in acceptance(example)] == ["boots", "sandals", "scarf"]


def test_performance_by_channel_and_by_category(example: Example) -> None:
    example.shown("boots", "email", 10, conversions=1)
    example.shown("boots", "web", 2, conversions=1)
    example.shown("sandals", "email", 20, conversions=5)
    example.shown("scarf", "web", 4, conversions=1)
    assert grouped(example, "channel") == [
        ("email", "sandals", 20, 5, 0.25),
        ("email", "boots", 10, 1, 0.1),
        ("web", "scarf", 4, 1, 0.25),
        ("web", "boots", 2, 1, 0.5),
    ]
    assert grouped(example, "category") == [
        ("shoes", "sandals", 20, 5, 0.25),
        ("shoes", "boots", 12, 2, 2 / 12),
        (None, "scarf", 4, 1, 0.25),
    ]


def test_segment_counts_what_its_members_did(example: Example) -> None:
    example.shown("boots", "email", 4, clicks=1, conversions=1, customer="ann")
    example.shown("boots", "email", 16, customer="bob")
    materialize("vips")
    assert grouped(example, "segment") == [("vips", "boots", 4, 1, 0.25)]
    assert acceptance(example, segmentId="vips") == [("boots", 4, 2, 0.5)]
    assert acceptance(example) == [("boots", 20, 2, 0.1)]


def test_offers_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.shown("boots", "email", 6, conversions=2, value=5)
    example.shown("boots", "web", 4, clicks=1, days_ago=3)

    def check() -> None:
        assert acceptance(example) == [("boots", 10, 3, 0.3)]
        assert performance(example)[0] == ("boots", 10, 2, 10, 0.2)
        assert grouped(example, "channel") == [
            ("email", "boots", 6, 2, 2 / 6),
            ("web", "boots", 4, 0, 0),
        ]

    check()
    refresh()
    check()
