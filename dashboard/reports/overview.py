"""What there is, and what it may cost: counts, the funnel, budgets, suppressions."""

from typing import Any, ClassVar

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from dashboard.reports.base import Report, Row
from dashboard.snapshot import select
from decisions.models import Suppression
from offers.models import (
    Approval,
    ApprovalStatus,
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


class SummaryReport(Report):
    """How many things are switched on now, and how many approvals wait.

    An offer that has been deleted is not active, whatever its status.
    """

    name = "summary"
    example: ClassVar[Any] = {
        "activeOffers": 42,
        "activeChannels": 5,
        "activeExperiments": 3,
        "activeJourneys": 7,
        "activeTriggers": 12,
        "pendingApprovals": 2,
    }

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


class FunnelReport(Report):
    """From all offers to those that can be shown: how many are left at each stage.

    `totalOffers` are all that are not deleted; `activeOffers` those of them that are active;
    `offersWithCreatives` those of them with an active creative; `totalCreatives` counts these
    creatives.
    """

    name = "funnel"
    example: ClassVar[Any] = [
        {"stage": "totalOffers", "count": 60},
        {"stage": "activeOffers", "count": 42},
        {"stage": "offersWithCreatives", "count": 39},
        {"stage": "totalCreatives", "count": 118},
    ]

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


# Counting pairs costs half of what count(DISTINCT) does, which sorts. The inner query is the ORM's.
SUPPRESSIONS_BY_TYPE = """
SELECT type, sum(suppressions)::bigint, count(*)
FROM ({by_customer}) AS by_customer (type, customer_id, suppressions)
GROUP BY type
"""


class PolicyImpactRow(Row):
    policy_type: str
    suppressions: int
    customers: int


class PolicyImpactReport(Report):
    """How many suppressions each type of contact policy has in force now, of how many customers.

    In force: created up to now, and not expired yet. The most suppressions first.
    """

    name = "policy_impact"
    example: ClassVar[Any] = [
        {"policyType": "frequency_cap", "suppressions": 950, "customers": 820}
    ]

    def data(self) -> list[PolicyImpactRow]:
        now = self.question.as_of
        in_force = Suppression.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now), created_at__lte=now
        )
        by_customer = (
            in_force.order_by()
            .values_list("policy__type", "customer_id")
            .annotate(suppressions=Count("pk"))
        )
        query, parameters = by_customer.query.sql_with_params()
        rows = select(SUPPRESSIONS_BY_TYPE.format(by_customer=query), parameters)
        found = [PolicyImpactRow(*row) for row in rows]
        return sorted(found, key=lambda row: (-row.suppressions, row.policy_type))
