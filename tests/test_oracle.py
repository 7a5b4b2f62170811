"""The oracle itself, on examples worked out by hand; and that random bundles can be loaded."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from decisions.models import DecisionTrace, Interaction, OutcomeType
from fixtures.builtin import built_in_outcome_types
from offers.models import Offer
from tests.oracle import TYPES, answer, members, same
from tests.oracle.days import elapsed_part
from tests.oracle.decisions import bin_of
from tests.oracle.numbers import money, percentile
from tests.oracle.world import first_wins, score_once
from tests.support.bundles import bundles
from tests.support.loading import empty_database, load
from tests.support.pools import Bundle

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
# A day with 25 hours in Berlin ends this window.
BERLIN = datetime(2025, 10, 26, 11, 30, tzinfo=UTC)


def event(number: int, outcome: str, days_ago: int, **fields: Any) -> dict[str, Any]:
    """An interaction of customer c with offer o in channel w."""
    row = {"id": f"i{number}", "customerId": "c", "offerId": "o", "channelId": "w"}
    occurred = (NOON - timedelta(days=days_ago)).isoformat()
    return row | {"outcome": outcome, "occurredAt": occurred} | fields


def catalogue(*offers: str, **rows: Any) -> dict[str, Any]:
    """A bundle with these offers, a channel, a flow, two rules and two policies."""
    return {
        "offers": [{"id": offer, "name": offer.upper(), "status": "active"} for offer in offers],
        "channels": [{"id": "w", "name": "Web", "type": "web", "status": "active"}],
        "qualification_rules": [{"id": rule, "name": f"rule {rule}"} for rule in ("r1", "r2")],
        "contact_policies": [{"id": policy, "name": f"policy {policy}"} for policy in ("p1", "p2")],
        **rows,
    }


def trace(number: int, **lists: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """A trace from lists of short tuples."""
    keys = {
        "qualificationResults": ("offerId", "ruleId", "passed"),
        "contactPolicyResults": ("offerId", "policyId", "blocked"),
        "scoringResults": ("offerId", "score", "rank"),
        "selectedOffers": ("offerId", "rank"),
    }
    row = {"id": f"t{number}", "customerId": "c", "channelId": "w", "decisionFlowId": "f"}
    return {
        **row,
        "createdAt": NOON.isoformat(),
        **{
            name: [dict(zip(keys[name], entry, strict=False)) for entry in entries]
            for name, entries in lists.items()
        },
    }


TRACES = [
    trace(1, scoringResults=[("a", 0.9), ("b", 0.8)], selectedOffers=[("a", 1), ("a", 3)]),
    trace(2, scoringResults=[("a", 0.2, 12), ("b", 0.8, 11)], selectedOffers=[("c", 2), ("b", 2)]),
    trace(3, qualificationResults=[("b", "r2", False), ("b", "r1", False), ("b", "r1", True)],
          contactPolicyResults=[("b", "p1", True)], scoringResults=[("b", 0.1)]),
    trace(4, qualificationResults=[("b", "r1", True), ("c", "r1", True)],
          contactPolicyResults=[("b", "p2", True), ("b", "p1", False), ("c", "p1", False)]),
    trace(5, scoringResults=[("b", 0.5)]),
    trace(6, selectedOffers=[("a", 1)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "place"),
    [
        *((0, 0), (0.1, 1), (0.3, 3), (0.7, 7), (0.6, 6), (0.1 + 0.2, 3), (1, 9), (0.95, 9)),
        *((0.29999999999999998, 3), (0.29999999999999993, 2), (0.6999999999999999, 6)),
    ],
)
def test_a_score_is_in_the_bin_that_its_decimal_names(score: float, place: int) -> None:
    assert bin_of(score) == place


def test_money_is_rounded_once_and_away_from_zero() -> None:
    assert [str(money(Fraction(text))) for text in ("0.005", "-0.005", "1.0049", "-0.0049")] == [
        "0.01",
        "-0.01",
        "1.00",
        "0.00",
    ]
    assert money(sum([Fraction("0.3333")] * 3, Fraction())) == 1


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([8, 1, 4, 2], Fraction(1, 2)) == 3.0
    assert percentile([8, 1, 4, 2], Fraction(99, 100)) == 7.88


def test_days_begin_and_end_at_local_midnight() -> None:
    times = {
        "2025-10-25T21:59:59.999999Z": "2025-10-25",
        "2025-10-25T22:00:00Z": "2025-10-26",  # 00:00 in summer time
        "2025-10-26T22:59:59.999999Z": "2025-10-26",  # winter time by now
        "2025-10-26T23:00:00Z": "tomorrow",
    }
    rows = [event(number, "impression", 0, occurredAt=time) for number, time in enumerate(times)]
    bundle = catalogue("o", interactions=rows)
    found = answer(bundle, {"type": "daily_trend", "days": "2"}, BERLIN, "Europe/Berlin")
    assert [(row["date"], row["impressions"]) for row in found["data"]] == [
        ("2025-10-25", 1),
        ("2025-10-26", 2),
    ]
    assert elapsed_part(BERLIN, "Europe/Berlin") == Fraction(27, 50)  # 13.5 of 25 hours


def test_ranks_are_assigned_afresh_where_one_is_missing() -> None:
    def entries(*rows: tuple[str, float, int | None]) -> list[dict[str, Any]]:
        return [{"offerId": offer, "score": score, "rank": rank} for offer, score, rank in rows]

    ranked = entries(("a", 0.1, 7), ("b", 0.9, 2), ("a", 0.4, None), ("b", 0.2, 5))
    assert score_once(ranked) == ({"a": 0.4, "b": 0.9}, {"a": 7, "b": 2})
    unranked = entries(("a", 0.1, 1), ("b", 0.4, None), ("c", 0.9, 9), ("a", 0.4, None))
    assert score_once(unranked)[1] == {"c": 1, "a": 2, "b": 3}


def test_selection_counts_an_offer_once_per_trace() -> None:
    found = answer(catalogue("a", "b", "c", decision_traces=TRACES),
                   {"type": "selection_frequency"}, NOON)  # fmt: skip
    figures = {
        row["offerId"]: [
            *(row["eligible"], row["scored"], row["selected"], row["averageRank"]),
            {rank: count for rank, count in enumerate(row["rankDistribution"], 1) if count},
        ]
        for row in found["data"]
    }
    assert figures == {
        # Ranks 1 (of 1 and 3), 12 and 1. Not among the first ten: only in the average.
        "a": [3, 2, 2, 14 / 3, {1: 2}],
        # Scored in 1 (rank 2), 2 (selected at 2), 3 (scored, though it failed), 5; blocked in 4.
        "b": [4, 4, 1, 1.5, {1: 2, 2: 2}],
        # Selected in 2; passed and not blocked in 4, where nothing ranks it.
        "c": [2, 0, 1, 2.0, {2: 1}],
    }
    assert [row["offerId"] for row in found["data"]] == ["a", "b", "c"]
    assert found["sampleSize"] == 6


def test_each_miss_has_the_first_stage_that_applies() -> None:
    found = answer(catalogue("a", "b", "c", decision_traces=TRACES),
                   {"type": "why_not_ranked", "offerId": "b"}, NOON)  # fmt: skip
    assert found["data"] == {
        "offerId": "b",
        "offerName": "B",
        "considered": 5,
        "selected": 1,
        "missed": 4,
        "missRate": 0.8,
        "reasons": [
            {"stage": "outranked", "id": None, "name": None, "count": 2},
            {"stage": "qualification", "id": "r1", "name": "rule r1", "count": 1},
            {"stage": "contact_policy", "id": "p2", "name": "policy p2", "count": 1},
        ],
        "beatenBy": [{"offerId": "a", "offerName": "A", "count": 1}],  # nobody won trace 5
    }


def anomalies(days: int, *rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The anomalies of offer o, by metric and scope."""
    parameters = {"type": "anomaly_candidates", "days": str(days)}
    found = answer(catalogue("o", interactions=rows), parameters, NOON)["data"]
    return {(row["metric"], row["scope"]): row for row in found}


def test_half_as_much_again_is_critical_to_the_last_digit() -> None:
    shown = [event(number, "impression", number % 2) for number in range(20)]
    clicks = [event(20 + number, "click", 0 if number < 3 else 1) for number in range(5)]
    found = anomalies(1, *shown, *clicks)
    assert list(found) == [("acceptance_rate", scope) for scope in ("channel", "offer", "overall")]
    overall = found["acceptance_rate", "overall"]
    assert (overall["current"], overall["baseline"]) == (0.3, 0.2)
    assert (overall["percentChange"], overall["severity"]) == (50.0, "critical")
    assert overall["zScore"] == pytest.approx(0.1 / (0.25 * 0.75 * 0.2) ** 0.5)
    assert found["acceptance_rate", "offer"]["dimensionName"] == "O"


def test_revenue_is_compared_per_elapsed_day() -> None:
    def sale(number: int, days_ago: int, value: str) -> dict[str, Any]:
        return event(number, "conversion", days_ago, value=Decimal(value))

    # 30 in a day and a half; before that, 10 and 20 a day: s is √50, so z is 5 / (√50 / √2).
    found = anomalies(2, sale(1, 1, "30"), sale(2, 2, "10"), sale(3, 3, "20"))
    revenue = found["revenue", "offer"]
    assert (revenue["current"], revenue["baseline"]) == (20.0, 15.0)
    assert (revenue["zScore"], revenue["severity"]) == (pytest.approx(1), "warning")
    assert (revenue["currentCount"], revenue["baselineCount"]) == (2, 2)
    # The same on both days before, in thirds: s is exactly 0.
    thirds = [sale(number, days_ago, "0.1") for number, days_ago in enumerate([2, 2, 2, 3, 3, 3])]
    assert anomalies(2, *thirds)["revenue", "offer"]["zScore"] is None


@pytest.mark.parametrize(
    ("operator", "value", "ids"),
    [
        ("eq", 5, "int float"),
        ("eq", 1, ""),
        ("neq", 5, "text true list"),
        ("gt", 4, "int float"),
        ("lte", "5", "text"),
        ("lte", True, ""),
        ("gte", [5], ""),
        ("contains", "5", "text"),
        ("contains", 5, "list"),
        ("in", [True, 5.0], "int float true"),
        ("not_in", [True, 5.0], "text list"),
        ("is_set", None, "int float text true list"),
        ("is_not_set", None, "null none"),
    ],
)
def test_filters_keep_types_apart(operator: str, value: Any, ids: str) -> None:
    values = {"int": 5, "float": 5.0, "text": "5", "true": True, "list": [5], "null": None}
    customers = [{"id": name, "attributes": {"a": held}} for name, held in values.items()]
    customers.append({"id": "none", "attributes": {}})
    segment = {"filters": [{"field": "a", "operator": operator, "value": value}]}
    assert members(segment, customers) == set(ids.split())
    assert members({"filters": []}, customers) == {*values, "none"}


def test_groups_stand_in_order_with_the_uncategorised_last() -> None:
    bundle = catalogue("p", "q", "r", "gone", interactions=[
        event(number, "impression", 0, offerId=offer)
        for number, offer in enumerate(["p", "q", "r", "r", "gone"])
    ])  # fmt: skip
    bundle["categories"] = [{"id": "1", "name": "b"}, {"id": "2", "name": "Z"}]
    bundle["offers"] += [
        {"id": "p", "name": "P", "status": "active", "categoryId": "1"},
        {"id": "q", "name": "Q", "status": "active", "categoryId": "2"},
        {"id": "gone", "name": "", "status": "active", "deletedAt": "2020-01-01T00:00:00Z"},
    ]
    found = answer(bundle, {"type": "offer_performance_grouped", "groupBy": "category"}, NOON)
    assert [(row["categoryName"], row["offerId"]) for row in found["data"]] == [
        *(("Z", "q"), ("b", "p"), ("Uncategorised", "r")),
    ]
    history = answer(bundle, {"type": "acceptance_rate"}, NOON)
    assert [row["offerId"] for row in history["data"]] == ["r", "gone", "p", "q"]


def test_the_envelope_warns_of_what_was_not_used() -> None:
    bundle = catalogue("o", segments=[{"id": "s", "name": "S", "status": "active", "filters": []}])
    found = answer(bundle, {"days": "3", "segmentId": "", "whatever": "1"}, NOON)
    assert found.keys() == {"type", "asOf", "warning", "data"}
    assert (found["type"], found["warning"]) == ("summary", [("days",)])
    parameters = {"type": "revenue_trend", "days": "1", "segmentId": "s"}
    assert answer(bundle, parameters, NOON)["data"] == []
    materialised = answer(bundle, parameters, NOON, materialised={"s"})
    assert materialised["data"] == [{"date": "2026-03-10", "revenue": 0}]
    assert "warning" not in materialised


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"data": [{"n": 1.0, "m": 0.1, "r": 0.3, "t": None}]}, "data[0].n: expected 1, got 1.0"),
        ({"data": [{"n": 1, "m": 0.11, "r": 0.3, "t": None}]}, "data[0].m"),
        ({"data": [{"n": 1, "m": 0.1, "r": 0.30001, "t": None}]}, "data[0].r"),
        ({"data": [{"n": 1, "m": 0.1, "r": 0.3}]}, "data[0].t: missing"),
        ({"data": []}, "data: expected 1 entries, got 0"),
        ({"window": {}}, "window: expected None, got {}"),
        ({"warning": "something else"}, "expected to read 's1' or 'Gold'"),
    ],
)
def test_differences_are_found_and_named(changed: dict[str, Any], difference: str) -> None:
    rows = [{"n": 1, "m": Decimal("0.10"), "r": 0.1 + 0.2, "t": None}]
    expected = {
        "type": "x",
        "asOf": "2026-03-10T12:00:00+00:00",
        "data": rows,
        "warning": [("s1", "Gold")],
    }
    actual: dict[str, Any] = {
        "type": "x",
        "asOf": "2026-03-10T13:00:00.000000+01:00",
        "warning": "no Gold yet",
        "data": [{"n": 1, "m": 0.1, "r": 0.3, "t": None}],
    }
    assert same(expected, actual)
    with pytest.raises(AssertionError) as failure:
        same(expected, actual | changed)
    assert difference in str(failure.value)


AS_OF = datetime.now(UTC)
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(bundle=bundles(BERLIN, "Europe/Berlin"))
def test_the_answers_about_a_random_bundle_agree_with_each_other(bundle: Bundle) -> None:
    materialised = {segment["id"] for segment in bundle["segments"]}
    parameters = {"days": "30", "offerId": bundle["offers"][0]["id"]}

    def ask(kind: str) -> Any:
        return answer(bundle, parameters | {"type": kind}, BERLIN, "Europe/Berlin", materialised)

    data = {kind: ask(kind)["data"] for kind in TYPES}
    for measure in ("impressions", "conversions"):
        by_day = sum(row[measure] for row in data["daily_trend"])
        assert by_day == sum(row[measure] for row in data["channel_effectiveness"])
    misses = data["why_not_ranked"]
    assert sum(reason["count"] for reason in misses["reasons"]) == misses["missed"]
    scores = sum(place["count"] for place in data["score_distribution"])
    # An offer may be scored without a number.
    assert scores <= sum(row["scored"] for row in data["selection_frequency"])


@pytest.mark.django_db(transaction=True)
def test_random_bundles_are_loaded_whole_and_removed_whole() -> None:
    @SETTINGS
    @given(bundle=bundles(AS_OF, "America/New_York"))
    def load_and_empty(bundle: Bundle) -> None:
        load(bundle)
        interactions = first_wins(bundle["interactions"], "id")
        values = {row["id"]: row.get("value") for row in interactions}
        assert dict(Interaction.objects.values_list("event_id", "value")) == values
        assert DecisionTrace.objects.count() == len(first_wins(bundle["decision_traces"], "id"))
        names = {row["id"]: row["name"] for row in bundle["offers"]}
        assert dict(Offer.objects.values_list("external_id", "name")) == names
        empty_database()
        assert not Interaction.objects.exists()
        assert not Offer.objects.exists()
        assert set(OutcomeType.objects.values_list("external_id", "classification")) == {
            (kind.external_id, kind.classification) for kind in built_in_outcome_types()
        }

    load_and_empty()
