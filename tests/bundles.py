"""Random small bundles of event files that walk into the traps on purpose.

    @given(bundle=bundles(AS_OF, "Europe/Berlin"))

Every row is acceptable at any time from `as_of` on: ids resolve, and no event lies more than four
minutes ahead of it. Log rows come in no order of time, so late arrivals are the rule. Some ids
occur twice: the last catalogue row wins, and the first log row.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from tests.dice import SEED, Dice, Roll, Row
from tests.moments import Moments

Bundle = dict[str, list[Row]]
ROWS = 164  # the most that a bundle has, apart from the crowd of offers

# Different by code point, by locale, and by UTF-16 unit; and some that SQL or COPY might mind.
IDS = ["o", "O", "o10", "o9", "_o", "ö", "\uff5eo", "\U0001f600", "it's", "a\\b", "%", "x y"]
NAMES = ["Same", "Same", "same", "Ärger", "Zoo", "aal", "\U0001f600", "\uff5e", "", "Uncategorised"]
STATUSES = ["active", "active", "active", "draft", "paused", "archived"]
CUSTOMERS = ["c1", "c2", "c3", "C3", "c10"]
ANYBODY = [*CUSTOMERS, *CUSTOMERS, "stranger", "Stranger"]  # the last two in the log only
CHANNEL_TYPES = ["email", "push", "sms", "in_app", "web", "webhook", "whatsapp", "direct_mail"]
POLICY_TYPES = ["cooldown", "frequency_cap", "time_window", "metric_condition"]
ATTRIBUTIONS = ["last_touch", "first_touch", "linear", "time_decay", "position_based"]

OUTCOMES: dict[str, tuple[str, str, bool]] = {
    "seen_and_liked": ("positive", "impression", False),
    "seen_and_bought": ("positive", "impression", True),
    "shown_in_vain": ("negative", "impression", False),
    "sale": ("positive", "response", True),
    "a-shrug": ("neutral", "response", False),
}
BUILT_IN = [
    *("impression", "impression", "impression", "impression", "impression"),
    *("click", "accept", "conversion", "convert", "dismiss", "deferred", "not_presented"),
]

MONEY = [
    *("0", "1", "2.5", "0.005", "-0.005", "0.0001", "-0.0049", "1.005", "-3.1415", "19.9999"),
    *("0.015", "33.3333", "10", "10", "20", "1000000.0001", "99999999999.9999", "-12.345"),
]
SCORES = [
    *(0, 0.3, 0.7, 1, 1.0, 0.1, 0.2, 0.5, 0.6, 0.8, 0.9, 0.1 + 0.2, 0.6999999999999999),
    *(0.29999999999999993, 0.999999, 0.05, 5e-324),
]
ATTRIBUTES = ["tier", "age", 'it\'s a "field"', "ünïcode.x"]
TEXTS = ["gold", "Gold", "old", "", "5", "true", "é"]
NUMBERS = [5, 5.0, 0, 1, -2.5, 1e20, 2**60]
VALUES: list[Any] = [
    *TEXTS,
    *NUMBERS,
    *(True, False, [], ["gold", 5], [True], [["gold"]], {}, {"a": 1}, {"a": 1.0, "b": None}),
]


def money(dice: Dice) -> Decimal:
    """An amount with up to 4 decimals, perhaps negative."""
    return Decimal(dice.choice(MONEY))


def score(dice: Dice) -> float:
    """A score at the edge of a bin, or anywhere."""
    return dice.choice(SCORES) if dice.maybe(0.7) else dice.random()


def named(dice: Dice, **fields: Any) -> Row:
    """Fields beside a name."""
    return {"name": dice.choice(NAMES), **fields}


def switched(dice: Dice, **fields: Any) -> Row:
    """Fields beside a name and a status."""
    return named(dice, status=dice.choice(STATUSES), **fields)


def ids_of(bundle: Bundle, entity: str) -> list[str]:
    """The ids that rows can refer to."""
    return list(dict.fromkeys(row["id"] for row in bundle[entity]))


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
            (dice.choice(["gt", "gte", "lt", "lte"]), dice.choice([*TEXTS, *NUMBERS])),
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


def add_interactions(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Up to 40 interactions."""
    offers, channels = ids_of(bundle, "offers"), ids_of(bundle, "channels")
    creatives, flows = ids_of(bundle, "creatives"), ids_of(bundle, "decision_flows")
    outcomes = [*BUILT_IN, *(row["key"] for row in bundle["outcome_types"] * 2)]

    def interaction(dice: Dice) -> Row:
        return {
            "customerId": dice.choice(ANYBODY),
            "offerId": dice.choice(offers),
            "channelId": dice.choice(channels),
            "outcome": dice.choice(outcomes),
            "occurredAt": moments.text(dice),
            **dice.optional(
                value=money(dice),
                cost=money(dice),
                creativeId=dice.choice(creatives) if creatives else None,
                decisionFlowId=dice.choice(flows),
            ),
        }

    bundle["interactions"] = roll.log("i", 40, interaction)


def add_traces(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Up to 15 decisions, with offers twice in a list, and lists that contradict each other."""
    offers, channels = ids_of(bundle, "offers"), ids_of(bundle, "channels")
    rules, policies = ids_of(bundle, "qualification_rules"), ids_of(bundle, "contact_policies")

    def rank(dice: Dice) -> int:
        return dice.choice([1, 2, 3, 1, 2, 10, 11, 100])

    def scored(dice: Dice, offer: str, chance_of_rank: float) -> Row:
        row = {"offerId": offer, "score": score(dice)}
        if dice.maybe(chance_of_rank):
            return row | {"rank": rank(dice)}
        return row | {"rank": None} if dice.maybe(0.5) else row

    def limited(dice: Dice, offer: str) -> Row:
        return {"offerId": offer, "policyId": dice.choice(policies), "blocked": dice.maybe(0.4)}

    def trace(dice: Dice) -> Row:
        chance_of_rank = dice.choice([0, 0.8, 1])
        return {
            "customerId": dice.choice(ANYBODY),
            "channelId": dice.choice(channels),
            "decisionFlowId": dice.choice(ids_of(bundle, "decision_flows")),
            "createdAt": moments.text(dice),
            **dice.optional(
                qualificationResults=[
                    {"offerId": offer, "ruleId": dice.choice(rules), "passed": dice.maybe(0.7)}
                    for offer in dice.some(offers, 6)
                ],
                contactPolicyResults=[limited(dice, offer) for offer in dice.some(offers, 4)],
                scoringResults=[
                    scored(dice, offer, chance_of_rank) for offer in dice.some(offers, 6)
                ],
                selectedOffers=[
                    {"offerId": offer, "rank": rank(dice)} for offer in dice.some(offers, 3)
                ],
                degradedScoring=dice.maybe(0.5),
                degradedReason=dice.choice(["model_error", "timeout"]),
                totalLatencyMs=dice.choice([0, 12.5, 300]),
            ),
        }

    bundle["decision_traces"] = roll.log("t", 15, trace)


def add_runs(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Runs with and without a latency."""

    def run(dice: Dice) -> Row:
        return {
            "decisionFlowId": dice.choice(ids_of(bundle, "decision_flows")),
            "status": dice.choice(["completed", "completed", "failed", "running"]),
            "startedAt": moments.text(dice),
            **dice.optional(
                latencyMs=dice.choice([0, 1, 2, 7, 100, 2**31 - 1]),
                channelId=dice.choice(ids_of(bundle, "channels")),
            ),
        }

    bundle["runs"] = roll.log("r", 15, run)


def add_attributions(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Some conversions by some models, so that the same pair comes twice."""

    def touchpoint(dice: Dice, offer: str) -> Row:
        channel = dice.choice(ids_of(bundle, "channels"))
        return {
            "offerId": offer,
            "channelId": channel,
            "credit": score(dice),
            "value": money(dice),
        }

    def attribution(dice: Dice) -> Row:
        return {
            "conversionId": dice.choice(["v1", "v2", "v3", "v4", "v5"]),
            "customerId": dice.choice(ANYBODY),
            "model": dice.choice(ATTRIBUTIONS),
            "totalValue": money(dice),
            "createdAt": moments.text(dice),
            **dice.optional(
                touchpoints=[
                    touchpoint(dice, offer) for offer in dice.some(ids_of(bundle, "offers"), 2)
                ]
            ),
        }

    bundle["attributions"] = roll.log("a", 12, attribution)
