"""What there is, and what it may cost: counts, the funnel, budgets, suppressions."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from dashboard.services.base import Row, Service, money, nulls_last, rate
from decisions.models import ContactPolicyType, InteractionDaily, Suppression
from offers.models import (
    Approval,
    ApprovalStatus,
    Budget,
    BudgetScope,
    Channel,
    Creative,
    Experiment,
    Journey,
    Offer,
    Status,
    Trigger,
)


def counts(**rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each queryset has, by its name, in one query."""
    selects = [
        queryset.order_by().values(what=Value(name)).annotate(rows=Count("pk"))
        for name, queryset in rows.items()
    ]
    found = selects[0].union(*selects[1:], all=True).values_list("what", "rows")
    return dict.fromkeys(rows, 0) | dict(found)


class SummaryData(Row):
    active_offers: int
    active_channels: int
    active_experiments: int
    active_journeys: int
    active_triggers: int
    pending_approvals: int


class Summary(Service):
    """How many things are switched on now, and how many approvals wait.

    An offer that has been deleted is not active, whatever its status.
    """

    def data(self) -> SummaryData:
        active = Q(status=Status.ACTIVE)
        return SummaryData(
            **counts(
                active_offers=Offer.objects.active(),
                active_channels=Channel.objects.filter(active),
                active_experiments=Experiment.objects.filter(active),
                active_journeys=Journey.objects.filter(active),
                active_triggers=Trigger.objects.filter(active),
                pending_approvals=Approval.objects.filter(status=ApprovalStatus.PENDING),
            )
        )


class FunnelStage(Row):
    stage: str
    count: int


class Funnel(Service):
    """From all offers to those that can be shown: how many are left at each stage.

    `totalOffers` are all that are not deleted; `activeOffers` those of them that are active;
    `offersWithCreatives` those of them with an active creative; `totalCreatives` counts these
    creatives.
    """

    def data(self) -> list[FunnelStage]:
        creatives = Creative.objects.filter(status=Status.ACTIVE)
        active = Offer.objects.active()
        stages = counts(
            totalOffers=Offer.objects.present(),
            activeOffers=active,
            offersWithCreatives=active.filter(Exists(creatives.filter(offer=OuterRef("pk")))),
            totalCreatives=creatives.filter(offer__in=active),
        )
        return [FunnelStage(stage, count) for stage, count in stages.items()]


class BudgetRow(Row):
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


class BudgetBurn(Service):
    """How much of each running budget is spent.

    A budget runs if today lies in its period. `spent` is the cost of all interactions in its scope
    from the period's first day through today (a category's by the present category of the
    offers); `remaining` = allocated - spent, which may be negative; `burnRate` = spent / allocated,
    which may pass 1. The fastest first.
    """

    # Which interactions count for a budget of each scope.
    SCOPES: ClassVar[dict[BudgetScope, dict[str, OuterRef]]] = {
        BudgetScope.GLOBAL: {},
        BudgetScope.CATEGORY: {"offer__category": OuterRef("category")},
        BudgetScope.OFFER: {"offer": OuterRef("offer")},
        BudgetScope.CHANNEL: {"channel": OuterRef("channel")},
    }

    def data(self) -> list[BudgetRow]:
        today = self.question.window.last
        spent = [When(scope=scope, then=self._cost(of)) for scope, of in self.SCOPES.items()]
        targets = ("category__external_id", "offer__external_id", "channel__external_id")
        budgets = Budget.objects.filter(period_start__lte=today, period_end__gte=today).annotate(
            spent=Coalesce(Case(*spent), Decimal()), scope_id=Coalesce(*targets)
        )
        rows = [
            BudgetRow(
                budget_id=budget.external_id,
                name=budget.name,
                scope=BudgetScope(budget.scope),
                scope_id=budget.scope_id,
                period_start=budget.period_start,
                period_end=budget.period_end,
                allocated=money(budget.allocated),
                spent=money(budget.spent),
                remaining=money(budget.allocated - budget.spent),
                burn_rate=rate(budget.spent, budget.allocated),
            )
            for budget in budgets
        ]
        return sorted(rows, key=lambda row: (nulls_last(row.burn_rate), row.budget_id))

    def _cost(self, scope: dict[str, OuterRef]) -> Subquery:
        """The cost of the interactions in a budget's scope and period, through today."""
        rows = InteractionDaily.objects.filter(
            day__gte=OuterRef("period_start"), day__lte=self.question.window.last, **scope
        )
        all_in_one = rows.order_by().values(group=Value(1))
        return Subquery(all_in_one.annotate(total=Sum("cost")).values("total"))


class PolicyImpactRow(Row):
    policy_type: ContactPolicyType
    suppressions: int
    customers: int


class PolicyImpact(Service):
    """How many suppressions each type of contact policy has in force now, of how many customers.

    In force: created up to now, and not expired yet. The most suppressions first.
    """

    def data(self) -> list[PolicyImpactRow]:
        now = self.question.as_of
        in_force = Suppression.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now), created_at__lte=now
        )
        rows = (
            in_force.order_by()
            .values_list("policy__type")
            .annotate(suppressions=Count("pk"), customers=Count("customer_id", distinct=True))
        )
        found = [PolicyImpactRow(*row) for row in rows]
        return sorted(found, key=lambda row: (-row.suppressions, row.policy_type))
