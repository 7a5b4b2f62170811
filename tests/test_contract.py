"""Rules that all types of answers obey."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from dashboard.reports import REGISTRY
from tests.oracle import ACCEPTED, SAMPLED, TYPES
from tests.oracle.question import PARAMETERS
from tests.support.described import faults
from tests.support.shop import ADDRESS, GIVEN, Shop, bundle

# How many queries each type makes when nothing but it is asked for. Two more ask for
# the token's user and the user's roles.
QUERIES = {
    "summary": 1,
    "acceptance_rate": 2,
    "offer_performance": 2,
    "offer_performance_grouped": 2,
    "channel_effectiveness": 2,
    "budget_burn": 4,  # the budgets, costs by offer and by channel, categories of offers
    "funnel": 1,
    "attribution_summary": 1,
    "daily_trend": 1,
    "revenue_trend": 1,
    "model_metrics_trend": 2,
    "latency_trend": 1,
    "policy_impact": 1,
    "score_distribution": 1,
    "degraded_scoring": 1,
    "selection_frequency": 3,
    "anomaly_candidates": 6,
    "why_not_ranked": 5,  # the offer, the traces, its sums, the names of causes and of winners
}
SIGNING_IN = 2
# Revenue per elapsed day, of which anomalies of two days or more speak, changes with the clock.
STILL = {"anomaly_candidates": {"days": "1"}}
ENVELOPE = [
    "type",
    "asOf",
    "window",
    "baselineWindow",
    "sampleCap",
    "sampleSize",
    "sampleTruncated",
    "warning",
    "data",
]

each_type = pytest.mark.parametrize("kind", REGISTRY)


def accepted(kind: str) -> dict[str, str]:
    """A value for each parameter that a type accepts."""
    return {name: value for name, value in GIVEN.items() if name in ACCEPTED[kind]}


def needed(kind: str) -> dict[str, str]:
    """The type, and what it cannot do without."""
    return {"type": kind} | {
        name: GIVEN[name] for name in (needed.name for needed in REGISTRY[kind].requires)
    }


def values(data: Any, ending: str) -> Iterator[Any]:
    """The values of all fields in the data whose names end so."""
    if isinstance(data, list):
        for inner in data:
            yield from values(inner, ending)
    elif isinstance(data, dict):
        for name, inner in data.items():
            if name.endswith(ending):
                yield inner
            yield from values(inner, ending)


def test_types_are_those_of_the_contract_in_its_order() -> None:
    assert list(REGISTRY) == list(TYPES)
    assert {kind for kind, report in REGISTRY.items() if report.sampled} == set(SAMPLED)


@each_type
def test_the_shop_has_something_to_say(kind: str, shop: Shop) -> None:
    assert shop.ask(**needed(kind))["data"]


@each_type
def test_answers_are_as_described(kind: str, shop: Shop) -> None:
    groupings = [{"groupBy": grouping} for grouping in [*REGISTRY[kind].groups]]
    for more in [{}, *groupings, accepted(kind), {"days": "365"}, {"segmentId": "segment_empty"}]:
        answer = shop.ask(**needed(kind) | more)
        assert faults(kind, answer) == []
        assert list(answer) == [part for part in ENVELOPE if part in answer]


@each_type
def test_window_is_there_for_types_that_have_one(kind: str, shop: Shop) -> None:
    answer = shop.ask(**needed(kind))
    assert ("window" in answer) == ("days" in ACCEPTED[kind])
    assert ("baselineWindow" in answer) == ("baselineDays" in ACCEPTED[kind])
    assert ("sampleSize" in answer) == (kind in SAMPLED)
    if "window" in answer:
        assert_window(answer["window"], 7, answer["asOf"][:10])
        window = shop.ask(**needed(kind), days="30")["window"]
        assert_window(window, 30, answer["asOf"][:10])
    if "baselineWindow" in answer:
        answer = shop.ask(**needed(kind), days="3", baselineDays="10")
        before = date.fromisoformat(answer["window"]["from"]) - timedelta(days=1)
        assert_window(answer["baselineWindow"], 10, str(before))


def assert_window(window: dict[str, Any], days: int, last: str) -> None:
    """The window is of so many days up to the last."""
    first = date.fromisoformat(last) - timedelta(days=days - 1)
    assert window == {"days": days, "from": str(first), "to": last, "timeZone": "UTC"}


@each_type
def test_as_of_is_now(kind: str, shop: Shop) -> None:
    before = datetime.now(UTC)
    as_of = shop.ask(**needed(kind))["asOf"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", as_of)
    assert before <= datetime.fromisoformat(as_of) <= datetime.now(UTC)


@each_type
def test_what_a_type_does_not_accept_is_not_applied_and_the_warning_says_so(
    kind: str, shop: Shop
) -> None:
    still = STILL.get(kind, {})
    plain = shop.ask(type=kind, **accepted(kind) | still)
    answer = shop.ask(type=kind, **GIVEN | still, colour="red")
    warning = answer.get("warning", "")
    assert set(re.findall(r"(\w+) has no effect on", warning)) == PARAMETERS - ACCEPTED[kind]
    for envelope in (plain, answer):
        del envelope["asOf"]
    answer.pop("warning", None)
    plain.pop("warning", None)
    assert answer == plain


@each_type
def test_what_a_type_accepts_gets_no_warning(kind: str, shop: Shop) -> None:
    assert "warning" not in shop.ask(type=kind, **accepted(kind))


@each_type
def test_id_that_names_nothing_gets_no_data_and_a_warning(kind: str, shop: Shop) -> None:
    for name in accepted(kind):
        if name.endswith("Id"):
            answer = shop.ask(type=kind, **accepted(kind) | {name: "nobody's"})
            assert answer["data"] == []
            assert name in answer["warning"]
            assert "nobody's" in answer["warning"]
            assert faults(kind, answer) == []


@pytest.mark.parametrize(
    "kind", [kind for kind in REGISTRY if "segmentId" in ACCEPTED.get(kind, ())]
)
def test_segment_that_is_not_materialised_gets_no_data_and_a_warning(kind: str, shop: Shop) -> None:
    answer = shop.ask(**needed(kind) | {"segmentId": "segment_new"})
    assert answer["data"] == []
    assert "segment_new" in answer["warning"]
    assert "not materialised" in answer["warning"]
    assert "warning" not in shop.ask(**needed(kind) | {"segmentId": "segment_empty"})


@each_type
def test_empty_value_counts_as_absent(kind: str, shop: Shop) -> None:
    given = needed(kind) | STILL.get(kind, {})
    plain = shop.ask(**given)
    answer = shop.ask(**dict.fromkeys(GIVEN, "") | given)
    assert {**answer, "asOf": ""} == {**plain, "asOf": ""}


@each_type
def test_etag_outlives_the_instant_and_saves_the_answer(kind: str, shop: Shop) -> None:
    given = needed(kind) | STILL.get(kind, {})
    first, second = shop.get(given), shop.get(given)
    assert first.json()["asOf"] < second.json()["asOf"]
    assert first["etag"] == second["etag"]
    assert first["etag"].startswith('W/"')
    for tags in (first["etag"], f'"other", {first["etag"]}', first["etag"][2:], "*"):
        saved = shop.get(given, **{"if-none-match": tags})
        assert (saved.status_code, saved.content) == (304, b"")
        assert saved["etag"] == first["etag"]
    assert shop.get(given, **{"if-none-match": 'W/"other"'}).status_code == 200


@each_type
def test_ids_are_those_of_the_outside_world(kind: str, shop: Shop) -> None:
    known = {row[key] for rows in bundle().values() for row in rows for key in ["id"] if key in row}
    answer = shop.ask(type=kind, **accepted(kind))
    assert set(values(answer["data"], "Id")) <= known | {None}


@each_type
def test_queries_are_few_and_read_one_snapshot(kind: str, shop: Shop) -> None:
    client = shop.client()
    with (
        CaptureQueriesContext(connections["default"]) as signing_in,
        CaptureQueriesContext(connections["answers"]) as answering,
    ):
        assert client.get(ADDRESS, needed(kind)).status_code == 200
    assert len(signing_in) == SIGNING_IN, signing_in.captured_queries
    first, *queries, last = [query["sql"] for query in answering.captured_queries]
    assert (first, last) == ("BEGIN", "COMMIT")
    assert len(queries) == QUERIES[kind], queries
