"""Random small bundles of event files that walk into the traps on purpose.

    @given(bundle=bundles(AS_OF, "Europe/Berlin"))

Every row is acceptable at any time from `as_of` on: ids resolve, and no event lies more than four
minutes ahead of it. Log rows come in no order of time, so late arrivals are the rule. Some ids
occur twice: the last catalogue row wins, and the first log row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.moments import timestamps

Row = dict[str, Any]
Bundle = dict[str, list[Row]]
Draw = st.DrawFn

# Different by code point, by locale, and by UTF-16 unit; and some that SQL or COPY might mind.
IDS = ["o", "O", "o10", "o9", "_o", "ö", "\uff5eo", "\U0001f600", "it's", "a\\b", "%", "x y"]
NAMES = ["Same", "Same", "same", "Ärger", "Zoo", "aal", "\U0001f600", "\uff5e", "", "Uncategorised"]
STATUSES = ["active", "active", "active", "draft", "paused", "archived"]
CUSTOMERS = ["c1", "c2", "c3", "C3", "c10"]
STRANGERS = ["stranger", "Stranger"]  # in the log only
CHANNEL_TYPES = ["email", "push", "sms", "in_app", "web", "webhook", "whatsapp", "direct_mail"]
POLICY_TYPES = ["cooldown", "frequency_cap", "time_window", "metric_condition"]
REASONS = ["model_error", "timeout"]

OUTCOMES: dict[str, tuple[str, str, bool]] = {
    "seen_and_liked": ("positive", "impression", False),
    "seen_and_bought": ("positive", "impression", True),
    "shown_in_vain": ("negative", "impression", False),
    "sale": ("positive", "response", True),
    "a-shrug": ("neutral", "response", False),
}
BUILT_IN = ["impression", "impression", "click", "conversion", "dismiss", "defer", "not_presented"]

MONEY = [
    *("0", "1", "2.5", "0.005", "-0.005", "0.0001", "-0.0049", "1.005", "-3.1415", "19.9999"),
    *("0.015", "33.3333", "1000000.0001", "99999999999.9999", "-12.345"),
]
SCORES = [
    *(0.0, 0.3, 0.7, 1.0, 0.1, 0.2, 0.5, 0.6, 0.8, 0.9, 0.1 + 0.2, 0.6999999999999999),
    *(0.29999999999999993, 0.999999, 0.05, 5e-324),
]
ATTRIBUTES = ["tier", "age", 'it\'s a "field"', "ünïcode.x"]
VALUES: list[Any] = [
    *("gold", "Gold", "old", "", "5", "true", "é", 5, 5.0, 0, 1, -2.5, 1e20, True, False),
    *([], ["gold", 5], [True], [["gold"]], {}, {"a": 1}, {"a": 1.0, "b": None}),
]
SCALARS = [
    value for value in VALUES if isinstance(value, str | int | float) and value not in (True, False)
]


def money(*, negative: bool = True) -> st.SearchStrategy[Decimal]:
    """Amounts with up to 4 decimals."""
    amounts = [Decimal(text) for text in MONEY]
    return st.sampled_from([amount for amount in amounts if negative or amount >= 0])


def ids(pool: Sequence[str], least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Some ids of the pool."""
    return st.lists(st.sampled_from(pool), unique=True, min_size=least, max_size=most)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Null, or one of these."""
    return st.none() | strategy


def rows_of(
    draw: Draw, found: Sequence[str], required: dict[str, Any], extra: dict[str, Any] | None = None
) -> list[Row]:
    """A row for each id, and now and then a second one for the first id, which replaces it."""
    fields = st.fixed_dictionaries(required, optional=extra or {})
    ordered = [*found, *(found[:1] if draw(st.integers(0, 5)) == 5 else [])]
    return [{"id": row_id, **draw(fields)} for row_id in ordered]


def named(**fields: Any) -> dict[str, Any]:
    """Fields beside a name."""
    return {"name": st.sampled_from(NAMES), **fields}


def with_status(**fields: Any) -> dict[str, Any]:
    """Fields beside a name and a status."""
    return named(status=st.sampled_from(STATUSES), **fields)


def ids_of(bundle: Bundle, entity: str) -> list[str]:
    """The ids that rows can refer to."""
    return list(dict.fromkeys(row["id"] for row in bundle[entity]))


def some(draw: Draw, row: st.SearchStrategy[Row], most: int) -> list[Row]:
    """Up to `most` rows. Left alone, Hypothesis hardly ever makes more than ten."""
    least = draw(st.sampled_from([0, most // 4, most // 2]))
    return draw(st.lists(row, min_size=least, max_size=most))


def add_catalogue(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str]) -> None:
    """Categories, channels, offers, creatives and what else has a status."""
    bundle["categories"] = rows_of(draw, draw(ids(IDS, 0, 3)), named())
    kinds = {"type": st.sampled_from(CHANNEL_TYPES)}
    bundle["channels"] = rows_of(draw, draw(ids(IDS, 1, 4)), with_status(**kinds))
    categories = ids_of(bundle, "categories")
    bundle["offers"] = rows_of(
        draw,
        draw(ids(IDS, 1, 6)),
        with_status(),
        {
            "categoryId": optional(st.sampled_from(categories)) if categories else st.none(),
            "mandatory": st.booleans(),
            "deletedAt": st.none() | st.none() | times,
        },
    )
    if draw(st.integers(0, 7)) == 7:  # more than the top 20
        bundle["offers"] += [
            {"id": f"crowd{number}", "name": "One of many", "status": "active"}
            for number in range(21)
        ]
    offers, channels = ids_of(bundle, "offers"), ids_of(bundle, "channels")
    bundle["creatives"] = rows_of(
        draw,
        draw(ids(IDS, 0, 5)),
        with_status(offerId=st.sampled_from(offers), channelId=st.sampled_from(channels)),
    )
    for entity in ("experiments", "journeys", "triggers"):
        bundle[entity] = rows_of(draw, draw(ids(IDS, 0, 2)), with_status())
    bundle["decision_flows"] = rows_of(draw, draw(ids(IDS, 1, 3)), with_status())
    bundle["approvals"] = rows_of(
        draw,
        draw(ids(IDS, 0, 3)),
        {
            "entityType": st.just("offer"),
            "entityId": st.sampled_from(offers),
            "action": st.sampled_from(["create", "update", "delete"]),
            "status": st.sampled_from(["pending", "approved", "rejected"]),
        },
    )
    bundle["outcome_types"] = [
        {
            "key": key,
            "name": key,
            "classification": OUTCOMES[key][0],
            "category": OUTCOMES[key][1],
            **({"isConversion": OUTCOMES[key][2]} if OUTCOMES[key][2] else {}),
        }
        for key in draw(ids(list(OUTCOMES), 0, 5))
    ]


def add_budgets(draw: Draw, bundle: Bundle, as_of: datetime) -> None:
    """Budgets whose periods begin and end around today, whatever the zone calls today."""
    scopes: dict[str, list[Any]] = {
        "global": [None],
        "category": ids_of(bundle, "categories"),
        "offer": ids_of(bundle, "offers"),
        "channel": ids_of(bundle, "channels"),
    }
    bundle["budgets"] = []
    for budget_id in draw(ids(IDS, 0, 4)):
        scope = draw(st.sampled_from([scope for scope, targets in scopes.items() if targets]))
        start = as_of.date() - timedelta(days=draw(st.sampled_from([0, 1, 3, 40, -1])))
        end = start + timedelta(days=draw(st.sampled_from([0, 1, 2, 3, 60])))
        target = draw(st.sampled_from(scopes[scope]))
        bundle["budgets"].append(
            {
                "id": budget_id,
                "name": draw(st.sampled_from(NAMES)),
                "scope": scope,
                **({} if target is None else {"scopeId": target}),
                "periodStart": start.isoformat(),
                "periodEnd": end.isoformat(),
                "allocated": draw(money(negative=False)),
            }
        )


def add_rules(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str], as_of: datetime) -> None:
    """Rules, policies and suppressions."""
    bundle["qualification_rules"] = rows_of(draw, draw(ids(IDS, 1, 3)), named(type=st.just("rule")))
    kinds = {"type": st.sampled_from(POLICY_TYPES)}
    bundle["contact_policies"] = rows_of(draw, draw(ids(IDS, 1, 4)), named(**kinds))
    future = st.sampled_from([(as_of + timedelta(days=ahead)).isoformat() for ahead in (1, 90)])
    bundle["suppressions"] = rows_of(
        draw,
        draw(ids(IDS, 0, 6)),
        {
            "customerId": st.sampled_from([*CUSTOMERS, *STRANGERS]),
            "policyId": st.sampled_from(ids_of(bundle, "contact_policies")),
            "createdAt": times | times | future,
        },
        {
            "offerId": optional(st.sampled_from(ids_of(bundle, "offers"))),
            "reason": optional(st.just("too many")),
            "expiresAt": optional(future | times | st.just(as_of.isoformat())),
        },
    )


def add_models(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str]) -> None:
    """Models and how good they were."""
    bundle["models"] = rows_of(
        draw, draw(ids(IDS, 0, 3)), with_status(type=st.sampled_from(["bandit", "linear"]))
    )
    models = ids_of(bundle, "models")
    importance = st.dictionaries(
        st.sampled_from(IDS), st.sampled_from([0.5, 0.25, 0, -1, 3]), max_size=4
    )
    metric = st.fixed_dictionaries(
        {"modelId": st.sampled_from(models or [""]), "recordedAt": times},
        optional={"auc": optional(st.sampled_from(SCORES)), "featureImportance": importance},
    )
    bundle["model_metrics"] = draw(st.lists(metric, max_size=6)) if models else []


def conditions() -> st.SearchStrategy[Row]:
    """Valid filters of segments."""

    def condition(operators: list[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
        return st.fixed_dictionaries(
            {
                "field": st.sampled_from(ATTRIBUTES),
                "operator": st.sampled_from(operators),
                "value": value,
            }
        )

    return st.one_of(
        condition(["eq", "neq", "contains", "not_contains"], st.sampled_from(VALUES)),
        condition(["gt", "gte", "lt", "lte"], st.sampled_from(SCALARS)),
        condition(["in", "not_in"], st.lists(st.sampled_from(VALUES), max_size=3)),
        condition(["is_set", "is_not_set"], st.none()),
    )


def add_customers(draw: Draw, bundle: Bundle) -> None:
    """Customers with attributes of all types, and segments of them."""
    attributes = st.dictionaries(
        st.sampled_from(ATTRIBUTES), optional(st.sampled_from(VALUES)), max_size=3
    )
    customers = draw(ids(CUSTOMERS, 0, 5))
    bundle["customers"] = rows_of(draw, customers, {"attributes": attributes})
    filters = st.lists(conditions(), max_size=2)
    bundle["segments"] = rows_of(draw, draw(ids(IDS, 0, 3)), with_status(filters=filters))


def add_interactions(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str]) -> None:
    """Up to 40 of them, now and then one twice."""
    outcomes = [*BUILT_IN, *(row["key"] for row in bundle["outcome_types"])]
    creatives = ids_of(bundle, "creatives")
    interaction = st.fixed_dictionaries(
        {
            "customerId": st.sampled_from([*CUSTOMERS, *STRANGERS]),
            "offerId": st.sampled_from(ids_of(bundle, "offers")),
            "channelId": st.sampled_from(ids_of(bundle, "channels")),
            "outcome": st.sampled_from(outcomes),
            "occurredAt": times,
        },
        optional={
            "value": optional(money()),
            "cost": optional(money()),
            "creativeId": optional(st.sampled_from(creatives)) if creatives else st.none(),
            "decisionFlowId": optional(st.sampled_from(ids_of(bundle, "decision_flows"))),
        },
    )
    bundle["interactions"] = numbered(draw, "i", some(draw, interaction, 40))


def numbered(draw: Draw, prefix: str, rows: list[Row]) -> list[Row]:
    """Log rows with ids; sometimes the last one has the id of an earlier one."""
    found = [{"id": f"{prefix}{place}", **row} for place, row in enumerate(rows)]
    if len(found) > 1 and draw(st.integers(0, 3)) == 3:
        found[-1]["id"] = found[draw(st.integers(0, len(found) - 2))]["id"]
    return found


def add_traces(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str]) -> None:
    """Up to 15 decisions, with offers twice in a list, and lists that contradict each other."""
    offer = st.sampled_from(ids_of(bundle, "offers"))
    qualification = st.fixed_dictionaries(
        {
            "offerId": offer,
            "ruleId": st.sampled_from(ids_of(bundle, "qualification_rules")),
            "passed": st.sampled_from([True, True, False]),
        },
        optional={"reason": optional(st.just("no"))},
    )
    policy = st.fixed_dictionaries(
        {
            "offerId": offer,
            "policyId": st.sampled_from(ids_of(bundle, "contact_policies")),
            "blocked": st.sampled_from([False, False, True]),
        }
    )
    ranks = st.sampled_from([1, 2, 3, 1, 10, 11, 100])
    score = st.fixed_dictionaries(
        {"offerId": offer, "score": st.sampled_from(SCORES) | st.floats(0, 1)},
        optional={"rank": ranks | ranks | st.none()},
    )
    selection = st.fixed_dictionaries({"offerId": offer, "rank": ranks})
    trace = st.fixed_dictionaries(
        {
            "customerId": st.sampled_from([*CUSTOMERS, *STRANGERS]),
            "channelId": st.sampled_from(ids_of(bundle, "channels")),
            "decisionFlowId": st.sampled_from(ids_of(bundle, "decision_flows")),
            "createdAt": times,
        },
        optional={
            "qualificationResults": optional(st.lists(qualification, max_size=5)),
            "contactPolicyResults": optional(st.lists(policy, max_size=4)),
            "scoringResults": optional(st.lists(score, max_size=6)),
            "selectedOffers": optional(st.lists(selection, max_size=4)),
            "degradedScoring": optional(st.booleans()),
            "degradedReason": optional(st.sampled_from(REASONS)),
            "totalLatencyMs": optional(st.sampled_from([0, 12.5, 300])),
        },
    )
    bundle["decision_traces"] = numbered(draw, "t", some(draw, trace, 15))


def add_runs(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str]) -> None:
    """Runs with and without a latency."""
    run = st.fixed_dictionaries(
        {
            "decisionFlowId": st.sampled_from(ids_of(bundle, "decision_flows")),
            "status": st.sampled_from(["completed", "completed", "failed", "running"]),
            "startedAt": times,
        },
        optional={
            "latencyMs": optional(st.sampled_from([0, 1, 2, 7, 100, 2**31 - 1])),
            "channelId": optional(st.sampled_from(ids_of(bundle, "channels"))),
        },
    )
    bundle["runs"] = numbered(draw, "r", some(draw, run, 12))


def add_attributions(draw: Draw, bundle: Bundle, times: st.SearchStrategy[str]) -> None:
    """A few conversions by a few models, so that the same pair comes twice."""
    touchpoint = st.fixed_dictionaries(
        {
            "offerId": st.sampled_from(ids_of(bundle, "offers")),
            "channelId": st.sampled_from(ids_of(bundle, "channels")),
            "credit": st.sampled_from(SCORES),
            "value": money(),
        }
    )
    attribution = st.fixed_dictionaries(
        {
            "conversionId": st.sampled_from(["v1", "v2", "v3", "v4", "v5"]),
            "customerId": st.sampled_from(CUSTOMERS),
            "model": st.sampled_from(["last_touch", "first_touch", "linear", "time_decay"]),
            "totalValue": money(),
            "createdAt": times,
        },
        optional={"touchpoints": st.lists(touchpoint, max_size=2)},
    )
    bundle["attributions"] = draw(st.lists(attribution, max_size=8))


@st.composite
def bundles(draw: Draw, as_of: datetime, time_zone: str = "UTC") -> Bundle:
    """A whole bundle, its times around the days that matter to windows that end at `as_of`."""
    times = timestamps(as_of, time_zone)
    bundle: Bundle = {}
    add_catalogue(draw, bundle, times)
    add_budgets(draw, bundle, as_of)
    add_rules(draw, bundle, times, as_of)
    add_models(draw, bundle, times)
    add_customers(draw, bundle)
    add_interactions(draw, bundle, times)
    add_traces(draw, bundle, times)
    add_runs(draw, bundle, times)
    add_attributions(draw, bundle, times)
    return bundle
