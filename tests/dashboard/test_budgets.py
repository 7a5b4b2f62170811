"""How fast budgets are spent: budget_burn."""

from typing import Any

from tests.dashboard.examples import Example, Row, columns, day, named
from tests.support.materialising import refresh


def burn(example: Example) -> list[tuple[Any, ...]]:
    """The rows of budget_burn."""
    return columns(
        example.ask("budget_burn"), "budgetId", "allocated", "spent", "remaining", "burnRate"
    )


def budget(
    name: str, allocated: float, scope: str = "global", of: str | None = None, **period: str
) -> Row:
    """A budget from two days ago until tomorrow, unless the period says otherwise."""
    return {
        "id": name,
        "name": name.title(),
        "scope": scope,
        "scopeId": of,
        "periodStart": day(2),
        "periodEnd": day(-1),
        "allocated": allocated,
        **period,
    }


def test_fifty_impressions_at_half_a_euro_cost_twenty_five(example: Example) -> None:
    example.add(budgets=[budget("spring", 100)])
    example.shown("boots", "email", 50, cost=0.5)
    assert burn(example) == [("spring", 100, 25, 75, 0.25)]


def test_each_scope_counts_its_own(example: Example) -> None:
    example.add(
        budgets=[
            budget("everything", 20),
            budget("footwear", 20, "category", "shoes"),
            budget("scarves", 20, "offer", "scarf"),
            budget("mail", 20, "channel", "email"),
        ]
    )
    example.shown("boots", "email", 2, cost=1)
    example.shown("sandals", "web", 4, cost=1)
    example.shown("scarf", "email", 9, cost=1)
    assert burn(example) == [
        ("everything", 20, 15, 5, 0.75),
        ("mail", 20, 11, 9, 0.55),
        ("scarves", 20, 9, 11, 0.45),
        ("footwear", 20, 6, 14, 0.3),
    ]


def test_category_counts_the_offers_that_are_in_it_now(example: Example) -> None:
    example.add(budgets=[budget("footwear", 10, "category", "shoes")])
    example.shown("boots", "email", 3, cost=1)
    example.add(offers=[named("boots", categoryId=None)])
    assert burn(example) == [("footwear", 10, 0, 10, 0)]


def test_overspent_budget_has_less_than_nothing_left(example: Example) -> None:
    example.add(budgets=[budget("small", 10), budget("none", 0)])
    example.shown("boots", "email", 2, cost=8)
    assert burn(example) == [("small", 10, 16, -6, 1.6), ("none", 0, 16, -16, None)]


def test_running_budget_counts_from_its_first_day_on(example: Example) -> None:
    example.add(
        budgets=[
            budget("running", 10),
            budget("today", 10, periodStart=day(), periodEnd=day()),
            budget("over", 10, periodEnd=day(1)),
            budget("to come", 10, periodStart=day(-1)),
        ]
    )
    example.shown("boots", "email", 1, cost=1)
    example.shown("boots", "email", 1, cost=4, days_ago=2)
    example.shown("boots", "email", 1, cost=100, days_ago=3)
    assert burn(example) == [("running", 10, 5, 5, 0.5), ("today", 10, 1, 9, 0.1)]


def test_budgets_are_the_same_before_and_after_refreshing(example: Example) -> None:
    example.add(budgets=[budget("spring", 8), budget("mail", 8, "channel", "email")])
    example.shown("boots", "email", 4, cost=0.25)
    example.shown("boots", "web", 2, cost=0.5, days_ago=1)
    expected = [("spring", 8, 2, 6, 0.25), ("mail", 8, 1, 7, 0.125)]
    assert burn(example) == expected
    refresh()
    assert burn(example) == expected
