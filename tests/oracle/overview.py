"""What there is now: summary, funnel, budgets, suppressions."""

from fractions import Fraction
from typing import Any

from tests.oracle.days import Days, instant
from tests.oracle.numbers import descending, exact, money, rate
from tests.oracle.question import Question
from tests.oracle.world import Interaction, Row


def active(rows: dict[str, Row]) -> dict[str, Row]:
    """Those that are switched on."""
    return {row_id: row for row_id, row in rows.items() if row["status"] == "active"}


def summary(question: Question) -> Row:
    world = question.world
    approvals = world.catalogue("approvals").values()
    return {
        "activeOffers": len(active(world.present_offers())),
        "activeChannels": len(active(world.catalogue("channels"))),
        "activeExperiments": len(active(world.catalogue("experiments"))),
        "activeJourneys": len(active(world.catalogue("journeys"))),
        "activeTriggers": len(active(world.catalogue("triggers"))),
        "pendingApprovals": sum(approval["status"] == "pending" for approval in approvals),
    }


def funnel(question: Question) -> list[Row]:
    offers = question.world.present_offers()
    creatives = [
        creative
        for creative in active(question.world.catalogue("creatives")).values()
        if creative["offerId"] in active(offers)
    ]
    counts = {
        "totalOffers": len(offers),
        "activeOffers": len(active(offers)),
        "offersWithCreatives": len({creative["offerId"] for creative in creatives}),
        "totalCreatives": len(creatives),
    }
    return [{"stage": stage, "count": count} for stage, count in counts.items()]


def budget_burn(question: Question) -> list[Row]:
    rows: list[tuple[Any, Row]] = []
    for budget in question.world.catalogue("budgets").values():
        if not budget["periodStart"] <= question.today.isoformat() <= budget["periodEnd"]:
            continue
        allocated, spent = exact(budget["allocated"]), spent_of(question, budget)
        burned = spent / allocated if allocated else None
        row = {
            "budgetId": budget["id"],
            "name": budget["name"],
            "scope": budget["scope"],
            "scopeId": None if budget["scope"] == "global" else budget["scopeId"],
            "periodStart": budget["periodStart"],
            "periodEnd": budget["periodEnd"],
            "allocated": money(allocated),
            "spent": money(spent),
            "remaining": money(allocated - spent),
            "burnRate": rate(spent, allocated),
        }
        rows.append(((descending(burned), budget["id"]), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def spent_of(question: Question, budget: Row) -> Fraction:
    """The cost of all interactions in the scope, from the first day of the period to today."""

    def in_scope(row: Interaction) -> bool:
        match budget["scope"]:
            case "category":
                return bool(question.category_of(row.offer_id) == budget["scopeId"])
            case "offer":
                return bool(row.offer_id == budget["scopeId"])
            case "channel":
                return bool(row.channel_id == budget["scopeId"])
        return True

    first = question.today.fromisoformat(budget["periodStart"])
    period = Days((question.today - first).days + 1, question.today)
    return sum((row.cost for row in question.interactions(period) if in_scope(row)), Fraction(0))


def policy_impact(question: Question) -> list[Row]:
    world = question.world
    customers: dict[str, list[str]] = {}
    for suppression in world.catalogue("suppressions").values():
        expires = suppression.get("expiresAt")
        if instant(suppression["createdAt"]) > question.as_of:
            continue
        if expires is not None and instant(expires) <= question.as_of:
            continue
        kind = world.catalogue("contact_policies")[suppression["policyId"]]["type"]
        customers.setdefault(kind, []).append(suppression["customerId"])
    return [
        {"policyType": kind, "suppressions": len(ids), "customers": len(set(ids))}
        for kind, ids in sorted(customers.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
