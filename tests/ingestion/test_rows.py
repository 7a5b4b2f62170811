"""Which rows of each entity are accepted, and what is stored of them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from decisions.models import (
    Attribution,
    ContactPolicy,
    DecisionTrace,
    Interaction,
    ModelMetric,
    OutcomeType,
    Run,
    Suppression,
)
from offers.models import Budget, Category, Channel, Offer
from segments.models import Customer, Segment
from tests.support.ingesting import (
    ATTRIBUTION,
    CATALOGUE,
    INTERACTION,
    METRIC,
    RUN,
    TRACE,
    Row,
    ingest,
    rejected,
    write_bundle,
)

pytestmark = pytest.mark.django_db(transaction=True)

ABSENT = object()
AHEAD = (timezone.now() + timedelta(days=1)).isoformat()
VALID: dict[str, Row] = {
    **{entity: rows[0] for entity, rows in CATALOGUE.items()},
    "interactions": INTERACTION,
    "decision_traces": TRACE,
    "runs": RUN,
    "attributions": ATTRIBUTION,
    "model_metrics": METRIC,
    "outcome_types": {
        "key": "applause",
        "name": "Applause",
        "classification": "positive",
        "category": "response",
    },
    "experiments": {"id": "e", "name": "E", "status": "draft"},
    "approvals": {
        "id": "a",
        "entityType": "offer",
        "entityId": "x",
        "action": "create",
        "status": "pending",
    },
    "budgets": {
        "id": "b",
        "name": "B",
        "scope": "global",
        "periodStart": "2026-01-01",
        "periodEnd": "2026-01-31",
        "allocated": 100,
    },
    "suppressions": {
        "id": "s",
        "customerId": "anna",
        "policyId": "weekly",
        "createdAt": "2026-01-01T00:00:00Z",
    },
    "customers": {"id": "anna", "attributes": {"age": 42}},
    "segments": {"id": "s", "name": "S", "status": "active", "filters": []},
}
TOUCH: Row = {"offerId": "offer_1", "channelId": "web", "credit": 1, "value": 2}
BAD: list[tuple[str, Row, str]] = [
    ("categories", {"id": ""}, "length >= 1"),
    ("categories", {"id": "x" * 65}, "length <= 64"),
    ("categories", {"id": 5}, "Expected `str`, got `int` - at `$.id`"),
    ("categories", {"id": None}, "got `null` - at `$.id`"),
    ("categories", {"id": ABSENT}, "missing required field `id`"),
    ("categories", {"name": ABSENT}, "missing required field `name`"),
    ("categories", {"name": "a\0b"}, "NUL"),
    ("categories", {"id": "a\0b"}, "id contains the control character U+0000"),
    ("categories", {"id": "\n=1+1"}, "id contains the control character U+000A"),
    ("channels", {"id": "\x1b[31m"}, "id contains the control character U+001B"),
    ("channels", {"type": "E-mail"}, "such as direct_mail"),
    ("channels", {"type": "web\n"}, "such as direct_mail"),
    ("channels", {"type": "7eleven"}, "such as direct_mail"),
    ("channels", {"type": "x" * 65}, "such as direct_mail"),
    ("channels", {"type": ""}, "such as direct_mail"),
    ("channels", {"status": "ACTIVE"}, "accepted are draft, active, paused, archived"),
    ("offers", {"categoryId": "unknown"}, "no category has the id 'unknown'"),
    ("offers", {"mandatory": 1}, "Expected `bool | null`, got `int`"),
    ("offers", {"deletedAt": "2026-01-01T00:00:00"}, "deletedAt '2026-01-01T00:00:00' is not"),
    ("creatives", {"offerId": "unknown"}, "no offer has the id"),
    ("creatives", {"channelId": "unknown\0"}, "channelId contains the control character U+0000"),
    ("outcome_types", {"key": ABSENT}, "missing required field `key`"),
    ("outcome_types", {"key": "a\x7f"}, "key contains the control character U+007F"),
    ("outcome_types", {"isConversion": True, "classification": "neutral"}, "only a positive"),
    ("outcome_types", {"category": "view"}, "accepted are impression, response"),
    ("experiments", {"status": ABSENT}, "missing required field `status`"),
    ("approvals", {"action": "look"}, "accepted are create, update, delete"),
    ("approvals", {"status": "active"}, "accepted are pending, approved, rejected"),
    ("budgets", {"scope": "offer"}, "scopeId is missing: the scope offer needs the offer's id"),
    ("budgets", {"scope": "offer", "scopeId": "web"}, "no offer has the id 'web'"),
    ("budgets", {"scope": "offer", "scopeId": "offer_1\t"}, "scopeId contains the control"),
    ("budgets", {"scope": "world"}, "accepted are global, category, offer, channel"),
    ("budgets", {"periodStart": "2026-02-30"}, "periodStart"),
    ("budgets", {"periodStart": "2026-01-01T00:00:00Z"}, "periodStart"),
    ("budgets", {"periodStart": "2026-02-01"}, "lies before"),
    ("budgets", {"allocated": "100"}, "allocated must be a number"),
    ("budgets", {"allocated": -1}, "0 or more"),
    ("budgets", {"allocated": 0.00001}, "more than 4 decimals"),
    ("budgets", {"allocated": None}, "not null"),
    ("contact_policies", {"type": "Frequency cap"}, "such as direct_mail"),
    ("suppressions", {"policyId": "unknown"}, "no contact policy has the id"),
    ("suppressions", {"offerId": "unknown"}, "no offer has the id"),
    ("suppressions", {"createdAt": "2026-01-01"}, "createdAt"),
    ("suppressions", {"expiresAt": "soon"}, "expiresAt 'soon' is not an ISO 8601 timestamp"),
    (
        "suppressions",
        {"customerId": "an\x85na"},
        "customerId contains the control character U+0085",
    ),
    ("customers", {"id": "anna\r"}, "id contains the control character U+000D"),
    ("customers", {"attributes": []}, "Expected `object`, got `array`"),
    ("customers", {"attributes": {"a": {"b\0": 1}}}, "NUL"),
    ("customers", {"attributes": {"a": ["x\0"]}}, "NUL"),
    ("segments", {"id": "\x9b2J"}, "id contains the control character U+009B"),
    ("segments", {"filters": {}}, "filters must be a list"),
    ("segments", {"filters": [{"operator": "eq", "value": 1}]}, "filter 1: field"),
    ("segments", {"filters": [{"field": "a", "operator": "like", "value": 1}]}, "operator"),
    ("segments", {"filters": [{"field": "a", "operator": "in", "value": 1}]}, "a list"),
    ("segments", {"filters": [{"field": "a", "operator": "eq"}]}, "needs a value"),
    ("segments", {"filters": [{"field": "a\0", "operator": "is_set"}]}, "NUL"),
    ("interactions", {"offerId": "unknown"}, "no offer has the id 'unknown'"),
    ("interactions", {"channelId": "unknown"}, "no channel has the id"),
    ("interactions", {"outcome": "unknown"}, "no outcome type has the id"),
    ("interactions", {"creativeId": "unknown"}, "no creative has the id"),
    ("interactions", {"decisionFlowId": "unknown"}, "no decision flow has the id"),
    ("interactions", {"customerId": ""}, "length >= 1"),
    ("interactions", {"customerId": "a\0"}, "customerId contains the control character U+0000"),
    ("interactions", {"id": "é\x7f"}, "id contains the control character U+007F"),
    ("interactions", {"occurredAt": AHEAD}, "more than 5 minutes ahead"),
    ("interactions", {"occurredAt": "2026-01-31T12:00:00"}, "is not an ISO 8601 timestamp"),
    ("interactions", {"occurredAt": "2026-01-31"}, "is not an ISO 8601 timestamp"),
    ("interactions", {"occurredAt": "2026-01-31x12:00:00Z"}, "is not an ISO 8601 timestamp"),
    ("interactions", {"occurredAt": "2026-01-31T12:00:00+25:00"}, "is not an ISO 8601"),
    ("interactions", {"occurredAt": "2026-01-31T12:00:60Z"}, "is not an ISO 8601 timestamp"),
    ("interactions", {"occurredAt": "2026-02-29T12:00:00Z"}, "is not an ISO 8601 timestamp"),
    ("interactions", {"occurredAt": "0001-01-01T00:00:00+01:00"}, "is not an ISO 8601"),
    ("interactions", {"occurredAt": 1769860800}, "Expected `str`, got `int`"),
    ("interactions", {"value": "1"}, "value must be a number"),
    ("interactions", {"value": True}, "value must be a number"),
    ("interactions", {"value": 1.00001}, "more than 4 decimals"),
    ("interactions", {"value": 10**14}, "out of range"),
    ("interactions", {"cost": -(10**40)}, "out of range"),
    ("decision_traces", {"channelId": "unknown"}, "no channel has the id"),
    ("decision_traces", {"decisionFlowId": ABSENT}, "missing required field `decisionFlowId`"),
    ("decision_traces", {"createdAt": AHEAD}, "more than 5 minutes ahead"),
    ("decision_traces", {"degradedReason": "tired"}, "accepted are model_error, timeout"),
    ("decision_traces", {"degradedScoring": "yes"}, "Expected `bool | null`"),
    ("decision_traces", {"totalLatencyMs": -1}, ">= 0"),
    ("decision_traces", {"totalLatencyMs": 86_400_001}, "<= 86400000"),
    ("decision_traces", {"totalLatencyMs": 1e300}, "<= 86400000"),
    ("decision_traces", {"scoringResults": {}}, "got `object`"),
    (
        "decision_traces",
        {"scoringResults": [{"offerId": "unknown", "score": 1}]},
        "no offer has the id",
    ),
    ("decision_traces", {"scoringResults": [{"offerId": "offer_1", "score": 1.01}]}, "<= 1"),
    ("decision_traces", {"scoringResults": [{"offerId": "offer_1", "score": -0.1}]}, ">= 0"),
    ("decision_traces", {"scoringResults": [{"offerId": "offer_1", "score": True}]}, "bool"),
    ("decision_traces", {"scoringResults": [{"offerId": "offer_1"}]}, "`score` - at"),
    (
        "decision_traces",
        {"scoringResults": [{"offerId": "offer_1", "score": 1, "rank": 0}]},
        ">= 1",
    ),
    ("decision_traces", {"selectedOffers": [{"offerId": "offer_1"}]}, "`rank` - at"),
    (
        "decision_traces",
        {"scoringResults": [{"offerId": "offer_1", "score": 1, "rank": 2**31}]},
        "<= 2147483647",
    ),
    (
        "decision_traces",
        {"scoringResults": [{"offerId": "offer_1", "score": 1}, {"offerId": "x\n", "score": 1}]},
        "scoringResults[1].offerId contains the control character U+000A",
    ),
    ("decision_traces", {"selectedOffers": [{"offerId": "offer_1", "rank": 1.5}]}, "got `float`"),
    ("decision_traces", {"selectedOffers": [{"offerId": "offer_1", "rank": 1.0}]}, "got `float`"),
    ("decision_traces", {"selectedOffers": [{"offerId": "x", "rank": 1}]}, "no offer has the id"),
    (
        "decision_traces",
        {"qualificationResults": [{"offerId": "offer_1", "ruleId": "x", "passed": True}]},
        "no qualification rule has the id 'x'",
    ),
    (
        "decision_traces",
        {"qualificationResults": [{"offerId": "x", "ruleId": "adult", "passed": True}]},
        "no offer has the id 'x'",
    ),
    (
        "decision_traces",
        {"qualificationResults": [{"offerId": "offer_1", "ruleId": "adult", "passed": 1}]},
        "Expected `bool`, got `int`",
    ),
    (
        "decision_traces",
        {"contactPolicyResults": [{"offerId": "offer_1", "policyId": "x", "blocked": True}]},
        "no contact policy has the id 'x'",
    ),
    (
        "decision_traces",
        {"contactPolicyResults": [{"offerId": "offer_1", "policyId": "weekly", "blocked": None}]},
        "Expected `bool`, got `null`",
    ),
    ("runs", {"status": "done"}, "accepted are completed, failed, running"),
    ("runs", {"decisionFlowId": "unknown"}, "no decision flow has the id"),
    ("runs", {"channelId": "unknown"}, "no channel has the id"),
    ("runs", {"latencyMs": -1}, ">= 0"),
    ("runs", {"latencyMs": 12.5}, "got `float`"),
    ("runs", {"latencyMs": 12.0}, "got `float`"),
    ("runs", {"latencyMs": "12"}, "got `str`"),
    ("runs", {"latencyMs": True}, "got `bool`"),
    ("runs", {"latencyMs": 86_400_001}, "<= 86400000"),
    ("runs", {"startedAt": AHEAD}, "more than 5 minutes ahead"),
    ("attributions", {"model": "magic"}, "accepted are last_touch, first_touch, linear"),
    ("attributions", {"totalValue": 0.12345}, "more than 4 decimals"),
    ("attributions", {"totalValue": None}, "totalValue must be a number, not null"),
    ("attributions", {"totalValue": ABSENT}, "missing required field `totalValue`"),
    ("attributions", {"createdAt": AHEAD}, "more than 5 minutes ahead"),
    ("attributions", {"touchpoints": [{**TOUCH, "offerId": "x"}]}, "no offer has the id 'x'"),
    ("attributions", {"touchpoints": [{**TOUCH, "channelId": "x"}]}, "no channel has the id 'x'"),
    ("attributions", {"touchpoints": [{**TOUCH, "credit": 1.5}]}, "<= 1"),
    ("attributions", {"touchpoints": [{**TOUCH, "value": "2"}]}, "must be a number"),
    ("model_metrics", {"modelId": "unknown"}, "has the id 'unknown'"),
    ("model_metrics", {"recordedAt": AHEAD}, "more than 5 minutes ahead"),
    ("model_metrics", {"auc": 1.1}, "<= 1"),
    ("model_metrics", {"featureImportance": {"age": "much"}}, "Expected `float`, got `str`"),
    ("model_metrics", {"featureImportance": {"a\0": 1}}, "NUL"),
]


def changed(row: Row, changes: Row) -> Row:
    return {name: value for name, value in {**row, **changes}.items() if value is not ABSENT}


def by_entity() -> Iterator[tuple[str, list[tuple[Row, str]]]]:
    ordered = sorted(BAD, key=lambda case: case[0])
    for entity, cases in groupby(ordered, key=lambda case: case[0]):
        yield entity, [(changed(VALID[entity], changes), reason) for _, changes, reason in cases]


def test_each_bad_row_is_set_aside_with_the_reason_and_every_good_row_is_loaded(
    tmp_path: Path,
) -> None:
    """One bundle: behind the good rows of each file come its bad ones."""
    bad = dict(by_entity())
    good = {**{entity: [row] for entity, row in VALID.items()}, **CATALOGUE}
    files = {
        entity: rows + [row for row, _ in bad.get(entity, [])] for entity, rows in good.items()
    }
    result = ingest(write_bundle(tmp_path, **files))
    assert result.status == 1
    for entity, rows in good.items():
        expected = bad.get(entity, [])
        told = rejected(tmp_path / f"{entity}.rejected.ndjson")
        first = len(rows) + 1
        assert list(told) == list(range(first, first + len(expected))), entity
        for line, (row, reason) in enumerate(expected, start=first):
            assert told[line]["row"] == row
            assert reason in told[line]["reason"], (entity, row)
        assert result.counts(f"{entity}.ndjson") == (len(rows), 0, len(expected))


@pytest.mark.parametrize("entity", [*VALID, "journeys", "triggers"])
def test_every_required_field_is_required(entity: str, tmp_path: Path) -> None:
    """And none of the others; the valid rows above have exactly the required ones."""
    ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE))
    row = VALID.get(entity, VALID["experiments"])
    without = [changed(row, {name: ABSENT}) for name in row]
    write_bundle(tmp_path, **{entity: [*without, row]})
    result = ingest(tmp_path)
    assert result.counts(f"{entity}.ndjson") == (1, 0, len(without))
    told = rejected(tmp_path / f"{entity}.rejected.ndjson")
    for line, name in enumerate(row, start=1):
        assert f"missing required field `{name}`" in told[line]["reason"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "x", "name": "X"', "not valid JSON"),
        (b'{"id": "x", "name": NaN}', "not valid JSON"),
        (b'{"id": "x", "name": "X", "other": Infinity}', "not valid JSON"),
        (b'{"id": "x", "name": "X", "other": 01}', "not valid JSON"),
        (b'{"id": "x", "name": "X",}', "not valid JSON"),
        (b'{"id": "x", "name": "X"} {}', "not valid JSON"),
        (b"{'id': 'x', 'name': 'X'}", "not valid JSON"),
        (b'{"id": "x", "name": "X\x00"}', "not valid JSON"),
        (b'{"id": "x", "name": "X\tY"}', "not valid JSON"),
        (b'{"id": "x", "name": "\xff"}', "not valid JSON: 'utf-8'"),
        (b'{"id": "x", "name": "X", "other": "\xff"}', "not valid JSON: 'utf-8'"),
        (b'{"id": "x", "name": "X", "other": "\xed\xa0\x80"}', "not valid JSON: 'utf-8'"),
        (b'{"id": "x", "name": "\\ud800"}', "surrogate"),
        (b'{"id": "x", "name": "\\udc00"}', "surrogate"),
        (b'["x", "X"]', "Expected `object`, got `array`"),
        (b'"x"', "Expected `object`, got `str`"),
        (b'{"id": "x", "name": "X", "other": ' + b"[" * 5000 + b"]" * 5000 + b"}", "deeply"),
    ],
)
def test_a_line_that_is_no_json_object_is_set_aside(
    line: bytes, reason: str, tmp_path: Path
) -> None:
    write_bundle(tmp_path, categories=line + b'\n{"id": "y", "name": "Y"}\n')
    result = ingest(tmp_path)
    assert result.status == 1
    assert result.counts("categories.ndjson") == (1, 0, 1)
    told = rejected(tmp_path / "categories.rejected.ndjson")
    assert reason in told[1]["reason"]
    if "not valid JSON" in reason or "deeply" in reason:
        assert told[1]["row"] == line.decode(errors="backslashreplace")
    else:
        assert told[1]["row"] == json.loads(line)


def interaction_with(**fields: Any) -> Row:
    return {**INTERACTION, **fields}


def test_interaction_is_stored_exactly(tmp_path: Path) -> None:
    times = {
        "2026-01-31T12:00:00Z": (12, 0),
        "2026-01-31T12:00:00.123456Z": (12, 123456),
        "2026-01-31T14:30:00+02:30": (12, 0),
        "20260131T120000Z": (12, 0),
        "2026-01-31 12:00:00+00:00": (12, 0),
        "2026-01-31T12Z": (12, 0),
        "2026-W05-6T12:00:00-0000": (12, 0),
    }
    amounts = ["0.1", "0.10000", "1e3", "-12.3456", "99999999999999.9999", "0", "-0", "12E-4"]
    lines = [
        *(interaction_with(id=f"time {text}", occurredAt=text) for text in times),
        interaction_with(
            id="x" * 64,
            customerId="é\\\"'\u2028\u00a0😀",
            creativeId="banner",
            decisionFlowId="flow",
        ),
        interaction_with(id="null", value=None, cost=None, creativeId=None, unknown={"a": [1]}),
    ]
    raw = b"".join(json.dumps(row).encode() + b"\n" for row in lines)
    for text in amounts:
        row = json.dumps(interaction_with(id=f"amount {text}", value="VALUE", cost="VALUE"))
        raw += row.replace('"VALUE"', text).encode() + b"\n"
    result = ingest(write_bundle(tmp_path, **CATALOGUE, interactions=raw))
    assert result.status == 0, rejected(tmp_path / "interactions.rejected.ndjson")
    stored = {row.event_id: row for row in Interaction.objects.all()}
    for text, (hour, microsecond) in times.items():
        expected = datetime(2026, 1, 31, hour, 0, 0, microsecond, tzinfo=UTC)
        assert stored[f"time {text}"].occurred_at == expected, text
    for text in amounts:
        interaction = stored[f"amount {text}"]
        assert interaction.value == interaction.cost == Decimal(text), text
    assert stored["x" * 64].customer_id == "é\\\"'\u2028\u00a0😀"
    assert stored["x" * 64].creative.external_id == "banner"
    assert stored["x" * 64].decision_flow.external_id == "flow"
    nothing = stored["null"]
    assert (nothing.value, nothing.cost) == (None, None)
    assert (nothing.creative_id, nothing.decision_flow_id) == (None, None)
    assert nothing.offer.external_id == "offer_1"
    assert nothing.channel.external_id == "web"
    assert nothing.outcome_type.external_id == "click"
    assert len(stored) == len(lines) + len(amounts)


def test_a_clock_may_be_five_minutes_fast(tmp_path: Path) -> None:
    now = timezone.now()
    times = [(now + timedelta(seconds=ahead)).isoformat() for ahead in (0, 290, 400)]
    rows = [interaction_with(id=text, occurredAt=text) for text in times]
    result = ingest(write_bundle(tmp_path, **CATALOGUE, interactions=rows))
    assert result.counts("interactions.ndjson") == (2, 0, 1)
    assert list(rejected(tmp_path / "interactions.rejected.ndjson")) == [3]


def test_other_rows_are_stored_exactly(tmp_path: Path) -> None:
    attributes = (
        b'{"id": "anna", "attributes": {"big": 123456789012345678901234567890.5, "n": null, '
        b'"text": "\\u00e9\\t\\"\\\\", \t "list": [1, "a", {"b": true}], "twice": 1, "twice": 2}}\n'
    )
    filters = [
        {"field": "age", "operator": "gte", "value": 18, "unknown": 1},
        {"field": 'a\tb"c', "operator": "is_set", "value": "does not matter"},
        {"field": "city", "operator": "in", "value": ["Rome", 5, None, True]},
        {"field": "age", "operator": "lt", "value": True},
    ]
    write_bundle(
        tmp_path,
        **{
            **CATALOGUE,
            "offers": [
                *CATALOGUE["offers"],
                {
                    "id": "full",
                    "name": "Full",
                    "status": "archived",
                    "categoryId": "cards",
                    "mandatory": True,
                    "deletedAt": "2026-01-31T23:00:00-01:00",
                },
            ],
        },
        customers=attributes,
        segments=[{"id": "s", "name": "S", "status": "active", "filters": filters}],
        budgets=[
            {**VALID["budgets"], "id": scope, "scope": scope, "scopeId": target}
            for scope, target in {
                "category": "cards",
                "offer": "offer_1",
                "channel": "web",
                "global": "ignored",
            }.items()
        ],
        runs=[
            {**RUN, "id": "12", "latencyMs": 12, "channelId": "web"},
            {**RUN, "id": "day", "latencyMs": 86_400_000, "status": "failed"},
            {**RUN, "id": "none", "latencyMs": None, "status": "running"},
        ],
        suppressions=[
            {
                **VALID["suppressions"],
                "offerId": "offer_1",
                "reason": "tired \\ of it",
                "expiresAt": "2999-01-01T00:00:00Z",
                "createdAt": AHEAD,
            }
        ],
        attributions=[{**ATTRIBUTION, "touchpoints": [TOUCH, {**TOUCH, "credit": 0.5}]}],
        model_metrics=[{**METRIC, "auc": 1, "featureImportance": {"age": 0.5, 'a"b': 2}}],
    )
    result = ingest(tmp_path)
    assert result.status == 0, result.output
    offer = Offer.objects.get(external_id="full")
    assert offer.category is not None
    assert (offer.status, offer.category.external_id, offer.mandatory) == (
        "archived",
        "cards",
        True,
    )
    assert offer.deleted_at == datetime(2026, 2, 1, tzinfo=UTC)
    (customer,) = Customer.objects.extra(select={"text": "attributes::text"})  # exact, not floats
    assert "123456789012345678901234567890.5" in customer.text
    assert customer.attributes["text"] == 'é\t"\\'
    assert customer.attributes["list"] == [1, "a", {"b": True}]
    assert customer.attributes["twice"] == 2
    assert customer.attributes["n"] is None
    assert Segment.objects.get().filters == filters
    assert {
        (b.scope, b.category_id and "c", b.offer_id and "o", b.channel_id and "ch")
        for b in Budget.objects.all()
    } == {
        ("category", "c", None, None),
        ("offer", None, "o", None),
        ("channel", None, None, "ch"),
        ("global", None, None, None),
    }
    assert {b.period_end for b in Budget.objects.all()} == {date(2026, 1, 31)}
    assert {(r.event_id, r.latency_ms, r.status) for r in Run.objects.all()} == {
        ("12", 12, "completed"),
        ("day", 86_400_000, "failed"),
        ("none", None, "running"),
    }
    suppression = Suppression.objects.get()
    assert suppression.reason == "tired \\ of it"
    assert suppression.expires_at == datetime(2999, 1, 1, tzinfo=UTC)
    attribution = Attribution.objects.get()
    assert attribution.total_value == Decimal("12.5")
    assert attribution.touchpoints == [TOUCH, {**TOUCH, "credit": 0.5}]
    metric = ModelMetric.objects.get()
    assert metric.auc == 1
    assert metric.feature_importance == {"age": 0.5, 'a"b': 2}


def scored(*entries: tuple[str, float | None] | tuple[str, float | None, int]) -> list[Row]:
    return [
        dict(zip(("offerId", "score", "rank"), (f"offer_{entry[0]}", *entry[1:]), strict=False))
        for entry in entries
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        (scored(("1", 0.5, 2), ("2", 0.25, 1)), [("1", 0.5, 2), ("2", 0.25, 1)]),
        # Twice: the highest score and the lowest rank, whichever entry has them.
        (scored(("1", 0.5, 1), ("1", 0.75, 3), ("2", 1, 2)), [("1", 0.75, 1), ("2", 1.0, 2)]),
        (scored(("1", 0.5), ("1", 0.25, 4)), [("1", 0.5, 4)]),
        # A rank missing: all afresh, by score, ties by first position.
        (
            scored(("1", 0.5, 1), ("2", 0.5), ("3", 1, 9)),
            [("1", 0.5, 2), ("2", 0.5, 3), ("3", 1, 1)],
        ),
        (scored(("2", 0.5), ("1", 0.25), ("1", 0.5)), [("2", 0.5, 1), ("1", 0.5, 2)]),
        (scored(("3", 0), ("2", 0.1), ("3", 0.3)), [("3", 0.3, 1), ("2", 0.1, 2)]),
        # Without a score, at the end; a number beats none.
        (
            scored(("3", None), ("2", 0), ("1", 0.5)),
            [("3", None, 3), ("2", 0, 2), ("1", 0.5, 1)],
        ),
        (scored(("2", None, 1), ("1", 0.5, 2)), [("2", None, 1), ("1", 0.5, 2)]),
        (scored(("2", None), ("2", 0.25), ("1", None)), [("2", 0.25, 1), ("1", None, 2)]),
    ],
)
def test_trace_ranks_each_scored_offer_once(
    given: list[Row], expected: list[tuple[str, float | None, int]], tmp_path: Path
) -> None:
    write_bundle(tmp_path, **CATALOGUE, decision_traces=[{**TRACE, "scoringResults": given}])
    assert ingest(tmp_path).status == 0
    trace = DecisionTrace.objects.get()
    names = {offer.pk: offer.external_id for offer in Offer.objects.all()}
    ids = [names[key].removeprefix("offer_") for key in trace.scored_offers]
    assert list(zip(ids, trace.scored_scores, trace.scored_ranks, strict=True)) == expected


def test_trace_is_stored_with_all_its_lists(tmp_path: Path) -> None:
    reasons = ['a "quoted", {braced} \\ text\n', "NULL", "", None]
    trace = {
        **TRACE,
        "qualificationResults": [
            {"offerId": "offer_1", "ruleId": "adult", "passed": reason is None, "reason": reason}
            for reason in reasons
        ],
        "contactPolicyResults": [
            {"offerId": "offer_2", "policyId": "weekly", "blocked": True},
            {"offerId": "offer_2", "policyId": "weekly", "blocked": False, "reason": "x"},
        ],
        "selectedOffers": [
            {"offerId": "offer_3", "rank": 3},
            {"offerId": "offer_1", "rank": 1},
            {"offerId": "offer_3", "rank": 2},
        ],
        "degradedScoring": True,
        "degradedReason": "timeout",
        "totalLatencyMs": 12.25,
    }
    write_bundle(tmp_path, **CATALOGUE, decision_traces=[trace, {**TRACE, "id": "bare"}])
    assert ingest(tmp_path).status == 0
    keys = {offer.external_id: offer.pk for offer in Offer.objects.all()}
    stored = DecisionTrace.objects.get(event_id="t1")
    assert stored.qualification_offers == [keys["offer_1"]] * 4
    assert stored.qualification_passed == [False, False, False, True]
    assert list(map(str, stored.qualification_reasons)) == list(map(str, reasons))
    assert stored.policy_offers == [keys["offer_2"]] * 2
    assert stored.policy_blocked == [True, False]
    assert stored.policy_reasons == [None, "x"]
    assert stored.selected_offers == [keys["offer_3"], keys["offer_1"]]
    assert stored.selected_ranks == [2, 1]
    assert (stored.degraded_scoring, stored.degraded_reason) == (True, "timeout")
    assert stored.total_latency_ms == 12.25
    bare = DecisionTrace.objects.get(event_id="bare")
    assert (bare.scored_offers, bare.selected_offers) == ([], [])
    assert (bare.qualification_offers, bare.qualification_reasons) == ([], [])
    assert (bare.degraded_scoring, bare.degraded_reason, bare.total_latency_ms) == (
        False,
        None,
        None,
    )


def test_texts_that_are_no_ids_may_hold_control_characters(tmp_path: Path) -> None:
    """But for NUL, which the database cannot hold."""
    text = "a\t\n\r\x01\x7f\x85b"
    rows = [{"id": "é", "name": text}, {"id": "\\ \u2028", "name": "\\\t"}]
    assert ingest(write_bundle(tmp_path, categories=rows)).status == 0
    stored = dict(Category.objects.values_list("external_id", "name"))
    assert stored == {"é": text, "\\ \u2028": "\\\t"}


@pytest.mark.parametrize("word", ["fax", "a", "x" * 64, "channel_7"])
def test_types_are_open_to_other_words(word: str, tmp_path: Path) -> None:
    channel = {**CATALOGUE["channels"][0], "type": word}
    policy = {**CATALOGUE["contact_policies"][0], "type": word}
    assert ingest(write_bundle(tmp_path, channels=[channel], contact_policies=[policy])).status == 0
    assert Channel.objects.get().type == ContactPolicy.objects.get().type == word


def test_catalogue_row_replaces_the_whole_of_what_its_id_had(tmp_path: Path) -> None:
    full = {
        **CATALOGUE["offers"][0],
        "categoryId": "cards",
        "mandatory": True,
        "deletedAt": "2026-01-01T00:00:00Z",
    }
    ingest(write_bundle(tmp_path, **{**CATALOGUE, "offers": [full]}))
    key = Offer.objects.get().pk
    bare = {"id": "offer_1", "name": "Renamed", "status": "paused"}
    result = ingest(write_bundle(tmp_path, offers=[full, {**bare, "name": "Passing"}, bare]))
    assert result.counts("offers.ndjson") == (3, 0, 0)
    offer = Offer.objects.get()
    assert (offer.pk, offer.name, offer.status) == (key, "Renamed", "paused")
    assert (offer.category_id, offer.mandatory, offer.deleted_at) == (None, False, None)


def test_meaning_of_an_outcome_type_in_use_stays_and_only_its_row_is_refused(
    tmp_path: Path,
) -> None:
    ingest(write_bundle(tmp_path / "before", **CATALOGUE, interactions=[INTERACTION]))
    kind = {"name": "N", "classification": "neutral", "category": "response"}
    types = [
        {"key": "new", **kind},
        {"key": "click", **kind},
        {"key": "share", **kind},
        {"key": "click", **kind, "name": "Renamed", "classification": "positive"},
    ]
    result = ingest(write_bundle(tmp_path / "after", outcome_types=types))
    assert (result.status, result.counts("outcome_types.ndjson")) == (1, (3, 0, 1))
    told = rejected(tmp_path / "after" / "outcome_types.rejected.ndjson")
    assert list(told) == [2]
    assert 'outcome type "click" is used by interactions' in told[2]["reason"]
    stored = {row.external_id: (row.name, row.classification) for row in OutcomeType.objects.all()}
    assert stored["click"] == ("Renamed", "positive")
    assert stored["new"] == stored["share"] == ("N", "neutral")


def test_what_only_the_database_can_refuse_is_refused_alone(tmp_path: Path) -> None:
    """A number beyond PostgreSQL's, among many good rows."""
    rows = [f'{{"id": "c{number}", "attributes": {{"n": {number}}}}}\n' for number in range(100)]
    rows[37] = '{"id": "c37", "attributes": {"n": 1e999999}}\n'
    result = ingest(write_bundle(tmp_path, customers="".join(rows).encode()))
    assert (result.status, result.counts("customers.ndjson")) == (1, (99, 0, 1))
    assert list(rejected(tmp_path / "customers.rejected.ndjson")) == [38]
    assert Customer.objects.count() == 99
