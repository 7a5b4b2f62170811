"""What changes from day to day: daily_trend, revenue_trend, latency_trend."""

from typing import Any

from tests.dashboard.examples import Example, columns, day
from tests.support.materialising import refresh


def activity(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of daily_trend."""
    rows = example.ask("daily_trend", **parameters)
    return columns(rows, "date", "impressions", "conversions")


def revenue(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of revenue_trend."""
    return columns(example.ask("revenue_trend", **parameters), "date", "revenue")


def latency(example: Example, **parameters: str | int) -> list[tuple[Any, ...]]:
    """The rows of latency_trend."""
    return columns(example.ask("latency_trend", **parameters), "date", "p50", "p99", "runs")


def test_every_day_has_a_row_and_quiet_days_have_zeros(example: Example) -> None:
    example.shown("boots", "email", 10, clicks=3, conversions=1)
    example.shown("scarf", "web", 5, conversions=2)
    example.shown("boots", "email", 7, days_ago=2)
    example.shown("boots", "email", 100, days_ago=3)
    assert activity(example, days=3) == [(day(2), 7, 0), (day(1), 0, 0), (day(0), 15, 3)]


def test_revenue_of_a_day_is_what_its_conversions_are_worth(example: Example) -> None:
    example.shown("boots", "email", 10, conversions=2, value=10.25)
    example.shown("scarf", "web", 0, conversions=1, value=0.5)
    example.shown("boots", "email", 10, conversions=1, value=99.99, days_ago=1)
    assert revenue(example, days=3) == [(day(2), 0), (day(1), 99.99), (day(0), 21)]


def test_late_arrival_changes_the_day_on_which_it_happened(example: Example) -> None:
    example.shown("boots", "email", 4)
    refresh()
    example.shown("boots", "email", 6, conversions=1, value=2.5, days_ago=1)
    assert activity(example, days=2) == [(day(1), 6, 1), (day(0), 4, 0)]
    assert revenue(example, days=2) == [(day(1), 2.5), (day(0), 0)]


def test_percentiles_lie_between_two_runs(example: Example) -> None:
    example.ran(100, 200)
    example.ran(30, days_ago=1)
    assert latency(example, days=3) == [
        (day(2), None, None, 0),
        (day(1), 30, 30, 1),
        (day(0), 150, 199, 2),
    ]


def test_failed_runs_count_and_those_without_a_latency_do_not(example: Example) -> None:
    example.ran(10, 20)
    example.ran(30, status="failed")
    example.ran(9000, status="running")
    example.ran(None)
    [today] = example.ask("latency_trend", days=1)
    assert (today["p50"], today["runs"]) == (20, 3)


def test_trends_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.shown("boots", "email", 8, conversions=2, value=1.5)
    example.shown("boots", "web", 5, conversions=1, value=4, days_ago=1)
    example.ran(100, 300)
    example.ran(40, days_ago=1)

    def check() -> None:
        assert activity(example, days=2) == [(day(1), 5, 1), (day(0), 8, 2)]
        assert revenue(example, days=2) == [(day(1), 4), (day(0), 3)]
        assert latency(example, days=2) == [(day(1), 40, 40, 1), (day(0), 200, 298, 2)]

    check()
    refresh()
    check()
