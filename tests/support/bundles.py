"""Random small bundles of event files that walk into the traps on purpose.

    @given(bundle=bundles(AS_OF, "Europe/Berlin"))

Every row is acceptable at any time from `as_of` on: ids resolve, and no event lies more than four
minutes ahead of it. Log rows come in no order of time, so late arrivals are the rule. Some ids
occur twice: the last catalogue row wins, and the first log row.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from tests.support.dice import SEED, Dice, Roll, Row
from tests.support.log_rows import add_attributions, add_interactions, add_runs, add_traces
from tests.support.moments import Moments
from tests.support.pools import (
    ANYBODY,
    ATTRIBUTES,
    CHANNEL_TYPES,
    CUSTOMERS,
    IDS,
    NAMES,
    NUMBERS,
    OUTCOMES,
    POLICY_TYPES,
    TEXTS,
    VALUES,
    Bundle,
    ids_of,
    money,
    named,
    score,
    switched,
)

__all__ = ["Bundle", "bundles", "ids_of"]

ROWS = 164  # the most that a bundle has, apart from the crowd of offers


def bundles(as_of: datetime, time_zone: str = "UTC") -> st.SearchStrategy[Bundle]:
    """Whole bundles, their times around the days that matter to windows that end at `as_of`."""

    def noted(choices: bytes) -> Bundle:
        bundle = bundle_of(Roll(choices), as_of, time_zone)
        note({entity: rows for entity, rows in bundle.items() if rows})  # shown if the test fails
        return bundle

    return st.binary(min_size=SEED + ROWS, max_size=SEED + ROWS).map(noted)


def bundle_of(roll: Roll, as_of: datetime, time_zone: str) -> Bundle:
    """The bundle that was rolled."""
    moments = Moments(as_of, time_zone, roll.dice("moments"))
    bundle: Bundle = {}
    add_offers(roll, bundle, moments)
    add_counted(roll, bundle)
    add_budgets(roll, bundle, as_of)
    add_rules(roll, bundle, moments, as_of)
    add_models(roll, bundle, moments)
    add_customers(roll, bundle)
    add_interactions(roll, bundle, moments)
    add_traces(roll, bundle, moments)
    add_runs(roll, bundle, moments)
    add_attributions(roll, bundle, moments)
    return bundle


def add_offers(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Categories, channels, offers, creatives, flows and outcome types."""

    def offer(dice: Dice) -> Row:
        row = switched(dice, **dice.optional(mandatory=dice.maybe(0.5)))
        if categories and dice.maybe(0.6):
            row["categoryId"] = dice.choice(categories)
        if dice.maybe(0.2):
            row["deletedAt"] = moments.text(dice)
        return row

    def outcome_type(dice: Dice, key: str) -> Row:
        classification, category, is_conversion = OUTCOMES[key]
        row: Row = {"key": key, "name": key, "classification": classification, "category": category}
        if is_conversion or dice.maybe(0.5):
            row["isConversion"] = is_conversion
        return row

    bundle["categories"] = roll.entities("category", roll.ids("category", IDS, 3), named)
    categories = ids_of(bundle, "categories")
    bundle["channels"] = roll.entities(
        "channel",
        roll.ids("channel", IDS, 4, least=1),
        lambda dice: switched(dice, type=dice.choice(CHANNEL_TYPES)),
    )
    bundle["offers"] = roll.entities("offer", roll.ids("offer", IDS, 7, least=1), offer)
    if roll.present() and roll.dice("crowd").maybe(0.2):  # more than the top 20
        bundle["offers"] += [
            {"id": f"crowd{number}", "name": "One of many", "status": "active"}
            for number in range(21)
        ]
    offers, channels = ids_of(bundle, "offers"), ids_of(bundle, "channels")
    bundle["creatives"] = roll.entities(
        "creative",
        roll.ids("creative", IDS, 5),
        lambda dice: switched(dice, offerId=dice.choice(offers), channelId=dice.choice(channels)),
    )
    bundle["decision_flows"] = roll.entities("flow", roll.ids("flow", IDS, 3, least=1), switched)
    bundle["outcome_types"] = [
        outcome_type(roll.dice("outcome", key), key)
        for key in roll.ids("outcome", list(OUTCOMES), 5)
    ]


def add_counted(roll: Roll, bundle: Bundle) -> None:
    """What the summary counts beside offers and channels."""
    for entity in ("experiments", "journeys", "triggers"):
        bundle[entity] = roll.entities(entity, roll.ids(entity, IDS, 3), switched)
    bundle["approvals"] = roll.entities(
        "approval",
        roll.ids("approval", IDS, 3),
        lambda dice: {
            "entityType": "offer",
            "entityId": dice.choice(ids_of(bundle, "offers")),
            "action": dice.choice(["create", "update", "delete"]),
            "status": dice.choice(["pending", "approved", "rejected"]),
        },
    )


def add_budgets(roll: Roll, bundle: Bundle, as_of: datetime) -> None:
    """Budgets whose periods begin and end around today, whatever the zone calls today."""
    scopes: dict[str, list[Any]] = {
        "global": [None],
        "category": ids_of(bundle, "categories"),
        "offer": ids_of(bundle, "offers"),
        "channel": ids_of(bundle, "channels"),
    }

    def budget(dice: Dice) -> Row:
        scope = dice.choice([scope for scope, targets in scopes.items() if targets])
        start = as_of.date() - timedelta(days=dice.choice([0, 1, 3, 40, -1]))
        end = start + timedelta(days=dice.choice([0, 1, 3, 5, 60]))
        return named(
            dice,
            scope=scope,
            **({} if scope == "global" else {"scopeId": dice.choice(scopes[scope])}),
            periodStart=start.isoformat(),
            periodEnd=end.isoformat(),
            allocated=abs(money(dice)),
        )

    bundle["budgets"] = roll.entities("budget", roll.ids("budget", IDS, 5), budget)


def add_rules(roll: Roll, bundle: Bundle, moments: Moments, as_of: datetime) -> None:
    """Rules, policies and suppressions."""

    def suppression(dice: Dice) -> Row:
        future = (as_of + timedelta(days=dice.choice([1, 90]))).isoformat()
        expires = dice.choice([future, moments.text(dice), as_of.isoformat()])
        return {
            "customerId": dice.choice(ANYBODY),
            "policyId": dice.choice(ids_of(bundle, "contact_policies")),
            "createdAt": future if dice.maybe(0.2) else moments.text(dice),
            **dice.optional(
                offerId=dice.choice(ids_of(bundle, "offers")), reason="too many", expiresAt=expires
            ),
        }

    bundle["qualification_rules"] = roll.entities(
        "rule", roll.ids("rule", IDS, 3, least=1), lambda dice: named(dice, type="rule")
    )
    bundle["contact_policies"] = roll.entities(
        "policy",
        roll.ids("policy", IDS, 4, least=1),
        lambda dice: named(dice, type=dice.choice(POLICY_TYPES)),
    )
    bundle["suppressions"] = roll.entities(
        "suppression", roll.ids("suppression", IDS, 8), suppression
    )


def add_models(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Models and how good they were."""
    bundle["models"] = roll.entities(
        "model", roll.ids("model", IDS, 3), lambda dice: switched(dice, type=dice.choice(NAMES))
    )
    models = ids_of(bundle, "models")

    def metric(dice: Dice) -> Row:
        features = {feature: dice.choice([0.5, 0.25, 0, -1, 3]) for feature in dice.some(IDS, 4)}
        return {
            "modelId": dice.choice(models or [""]),
            "recordedAt": moments.text(dice),
            **dice.optional(auc=score(dice), featureImportance=features),
        }

    metrics = roll.log("metric", 10, metric)
    bundle["model_metrics"] = metrics if models else []


def condition(dice: Dice) -> Row:
    """A valid filter of a segment."""
    operator, value = dice.choice(
        [
            (dice.choice(["eq", "neq", "contains", "not_contains"]), dice.choice(VALUES)),
            (dice.choice(["gt", "gte", "lt", "lte"]), dice.choice([*TEXTS, *NUMBERS, *VALUES])),
            (dice.choice(["in", "not_in"]), dice.some(VALUES, 8)),
            (dice.choice(["is_set", "is_not_set"]), None),
        ]
    )
    row = {"field": dice.choice(ATTRIBUTES), "operator": operator}
    return row if value is None else row | {"value": value}


def add_customers(roll: Roll, bundle: Bundle) -> None:
    """Customers with attributes of all types, and segments of them."""

    def customer(dice: Dice) -> Row:
        values = {name: dice.choice(VALUES) for name in ATTRIBUTES}
        return {"attributes": dice.optional(**values)}

    def segment(dice: Dice) -> Row:
        count = dice.choice([0, 1, 1, 1, 2])
        return switched(dice, filters=[condition(dice) for _ in range(count)])

    bundle["customers"] = roll.entities("customer", roll.ids("customer", CUSTOMERS, 5), customer)
    bundle["segments"] = roll.entities("segment", roll.ids("segment", IDS, 4), segment)
