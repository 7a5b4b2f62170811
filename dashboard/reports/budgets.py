"""How fast budgets are spent."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from dashboard.reports.base import Report, Row, money, nulls_last, rate
from decisions.window import Window
from offers.models import Budget, BudgetScope, Offer
from summaries.models import InteractionTotals


class BudgetBurnRow(Row):
    budget_id: str
    name: str
    scope: BudgetScope
    scope_id: str | None
    period_start: date
    period_end: date
    allocated: Decimal
    spent: Decimal
    remaining: Decimal
    burn_rate: float | None


class BudgetBurnReport(Report):
    """How much of each running budget is spent.

    A budget runs if today lies in its period. `spent` is the cost of all interactions in its scope
    from the period's first day through today (a category's by the present category of the
    offers); `remaining` = allocated - spent, which may be negative; `burnRate` = spent / allocated,
    which may pass 1. The fastest first.
    """

    name = "budget_burn"
    example: ClassVar[Any] = [
        {
            "budgetId": "budget_winter",
            "name": "Winter campaign",
            "scope": "category",
            "scopeId": "cat_shoes",
            "periodStart": "2026-03-01",
            "periodEnd": "2026-03-31",
            "allocated": 5000,
            "spent": 5250.75,
            "remaining": -250.75,
            "burnRate": 1.05015,
        }
    ]

    def data(self) -> list[BudgetBurnRow]:
        today = self.question.today
        running = Budget.objects.filter(period_start__lte=today, period_end__gte=today)
        budgets = list(running.select_related("category", "offer", "channel"))
        spend = Spend(budgets, today, self.question.window.time_zone) if budgets else None
        rows = [row(budget, spend.of(budget)) for budget in budgets if spend]
        return sorted(rows, key=lambda row: (nulls_last(row.burn_rate), row.budget_id))


def row(budget: Budget, spent: Decimal) -> BudgetBurnRow:
    """The budget as it is listed."""
    target = budget.category or budget.offer or budget.channel
    return BudgetBurnRow(
        budget_id=budget.external_id,
        name=budget.name,
        scope=BudgetScope(budget.scope),
        scope_id=target.external_id if target else None,
        period_start=budget.period_start,
        period_end=budget.period_end,
        allocated=money(budget.allocated),
        spent=money(spent),
        remaining=money(budget.allocated - spent),
        burn_rate=rate(spent, budget.allocated),
    )


class Spend:
    """What the scopes of budgets have cost since their periods began.

    The time since the earliest period began is cut where others began, so that each budget's
    part of it is some of the pieces. So two queries do for all budgets: by offer and by channel.
    """

    def __init__(self, budgets: Sequence[Budget], today: date, time_zone: str) -> None:
        self._starts = sorted({budget.period_start for budget in budgets})
        ends = [*(start - timedelta(days=1) for start in self._starts[1:]), today]
        self._pieces = [
            Window(start, end, time_zone) for start, end in zip(self._starts, ends, strict=True)
        ]
        self._spent: dict[tuple[int, str, int | None], Decimal] = defaultdict(Decimal)
        for piece, scope, key, cost in self._costs({budget.scope for budget in budgets}):
            self._spent[piece, scope, key] += cost

    def of(self, budget: Budget) -> Decimal:
        """The cost of all interactions in the budget's scope and period, up to today."""
        first = self._starts.index(budget.period_start)
        key = budget.category_id or budget.offer_id or budget.channel_id
        pieces = range(first, len(self._pieces))
        return sum((self._spent[piece, budget.scope, key] for piece in pieces), Decimal())

    def _costs(self, scopes: set[str]) -> Iterator[tuple[int, str, int | None, Decimal]]:
        """Costs by piece, scope, and key in the scope; each as often as it counts."""
        sums = InteractionTotals.objects.sums_of_windows
        if BudgetScope.CHANNEL in scopes:
            for piece, channel, cost in sums(self._pieces, "channel_id", of=["cost"]):
                yield piece, BudgetScope.CHANNEL, channel, cost
        if scopes - {BudgetScope.CHANNEL}:
            categories = {}
            if BudgetScope.CATEGORY in scopes:
                categories = dict(Offer.objects.order_by().values_list("pk", "category_id"))
            for piece, offer, cost in sums(self._pieces, "offer_id", of=["cost"]):
                yield piece, BudgetScope.OFFER, offer, cost
                yield piece, BudgetScope.CATEGORY, categories.get(offer), cost
                yield piece, BudgetScope.GLOBAL, None, cost
