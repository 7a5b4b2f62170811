"""Customers and the log, made inside PostgreSQL, in the order of time.

A tenth as many traces as interactions, and as many runs; one customer per 20 interactions. Popular
offers have most of the rows: the chance of offer k falls with 1/√k. Each day has a quiet night
and a busy evening. Traces take the lists of one of SHAPES decisions, which the product's own
ingestion has read, and their own time, customer, channel and flow.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, LiteralString

import msgspec
from django.db import connection
from django.db.models import Max
from psycopg import sql

from benchmarks.catalogue import FLOWS, OFFERS, POLICY_TYPES, REGIONS, RULES, TIERS
from decisions.append_only import ingesting
from decisions.logs import PARTITIONED
from decisions.models import Interaction
from decisions.partitions import ensure_partitions, month_of
from ingestion.context import Context
from ingestion.rows.traces import DecisionTraceRow

DAYS, CANDIDATES, SHAPES, CHUNK = 400, 20, 20_000, 500_000

# Time always grows with `at`, slowly in the evening, when there is most to do.
MOMENT: LiteralString = """
{start}::timestamptz + interval '1 day' * (
    floor(at) + (at - floor(at)) - 0.12 * sin(2 * pi() * (at - floor(at)))
)
"""
CUSTOMERS: LiteralString = """
INSERT INTO segments_customer (customer_id, attributes)
SELECT 'customer_' || lpad(number::text, 8, '0'), jsonb_build_object(
    'region', floor({regions} * power(random(), 1.3)), 'tier', floor({tiers} * random()),
    'name', md5(number::text), 'since', 2000 + number % 25)
FROM generate_series(0, {customers} - 1) number
"""
INTERACTIONS: LiteralString = """
WITH keys AS MATERIALIZED (
    SELECT (SELECT array_agg(id ORDER BY external_id) FROM offers_offer) AS offers,
           (SELECT array_agg(id ORDER BY external_id) FROM offers_channel) AS channels,
           (SELECT array_agg(id ORDER BY external_id) FROM decisions_decisionflow) AS flows,
           (SELECT id FROM decisions_outcometype WHERE external_id = 'impression') AS impression,
           (SELECT id FROM decisions_outcometype WHERE external_id = 'click') AS click,
           (SELECT id FROM decisions_outcometype WHERE external_id = 'convert') AS convert,
           (SELECT id FROM decisions_outcometype WHERE external_id = 'dismiss') AS dismiss
), drawn AS (
    SELECT number, number::double precision * {days} / {total} AS at,
           random() AS outcome, random() AS offer, random() AS customer
    FROM generate_series({first}::bigint, {last}::bigint) number
), added AS (
    INSERT INTO decisions_interaction (occurred_at, offer_id, channel_id, outcome_type_id,
        decision_flow_id, customer_id, event_id, value, cost)
    SELECT {moment},
           offers[1 + floor({offers} * offer * offer)::integer],
           channels[1 + floor(8 * power(random(), 1.5))::integer],
           CASE WHEN outcome < 0.06 + 0.08 * offer THEN click
                WHEN outcome < 0.08 + 0.09 * offer THEN convert
                WHEN outcome < 0.12 + 0.09 * offer THEN dismiss
                ELSE impression END,
           flows[1 + floor({flows} * random())::integer],
           'customer_' || lpad(floor({customers} * power(customer, 1.2))::text, 8, '0'),
           'interaction_' || lpad(({offset} + number)::text, 10, '0'),
           CASE WHEN outcome BETWEEN 0.06 + 0.08 * offer AND 0.08 + 0.09 * offer
                THEN round((5 + 200 * random())::numeric, 2) END,
           0.0125
    FROM drawn, keys
    RETURNING id, event_id
)
INSERT INTO decisions_interactionkey (row_id, event_id) SELECT id, event_id FROM added
"""
TRACES: LiteralString = """
WITH keys AS MATERIALIZED (
    SELECT (SELECT array_agg(id ORDER BY external_id) FROM offers_channel) AS channels,
           (SELECT array_agg(id ORDER BY external_id) FROM decisions_decisionflow) AS flows
), drawn AS (
    SELECT number, number::double precision * {days} / {total} AS at,
           random() AS degraded, floor({shapes} * random())::integer AS shape
    FROM generate_series({first}::bigint, {last}::bigint) number
), added AS (
    INSERT INTO decisions_decisiontrace (
        created_at, total_latency_ms, channel_id, decision_flow_id, degraded_scoring,
        degraded_reason, customer_id, event_id, {lists})
    SELECT {moment},
           exp(3 + random() + random()),
           channels[1 + floor(8 * power(random(), 1.5))::integer],
           flows[1 + floor({flows} * random())::integer],
           degraded < 0.03,
           CASE WHEN degraded < 0.01 THEN 'timeout' WHEN degraded < 0.02 THEN 'model_error' END,
           'customer_' || lpad(floor({customers} * power(random(), 1.2))::text, 8, '0'),
           'trace_' || lpad(({offset} + drawn.number)::text, 10, '0'),
           {lists}
    FROM drawn JOIN benchmark_shape ON benchmark_shape.number = drawn.shape, keys
    RETURNING id, event_id
)
INSERT INTO decisions_decisiontracekey (row_id, event_id) SELECT id, event_id FROM added
"""
RUNS: LiteralString = """
WITH keys AS MATERIALIZED (
    SELECT array_agg(id ORDER BY external_id) AS flows FROM decisions_decisionflow
), drawn AS (
    SELECT number, number::double precision * {days} / {total} AS at, random() AS failed
    FROM generate_series({first}::bigint, {last}::bigint) number
), added AS (
    INSERT INTO decisions_run (started_at, decision_flow_id, latency_ms, status, event_id)
    SELECT {moment},
           flows[1 + floor({flows} * random())::integer],
           exp(2.5 + random() + random())::integer,
           CASE WHEN failed < 0.02 THEN 'failed' ELSE 'completed' END,
           'run_' || lpad(({offset} + number)::text, 10, '0')
    FROM drawn, keys
    RETURNING id, event_id
)
INSERT INTO decisions_runkey (row_id, event_id) SELECT id, event_id FROM added
"""
# Each conversion, of which two models have made something.
ATTRIBUTIONS: LiteralString = """
INSERT INTO decisions_attribution (
    created_at, total_value, model, customer_id, conversion_id, touchpoints)
SELECT occurred_at, value, model, customer_id, event_id, '[]'
FROM decisions_interaction, unnest('{{last_touch,linear}}'::text[]) model
WHERE value IS NOT NULL ORDER BY id
"""


def fill(interactions: int, told: Callable[[str], None]) -> dict[str, float]:
    """Fill the empty log; returns the seconds by table."""
    ends = datetime.now(UTC).replace(microsecond=0)
    starts = ends - timedelta(days=DAYS)
    months = {month_of((starts + timedelta(days=day)).date()) for day in range(DAYS + 2)}
    for log in PARTITIONED:
        ensure_partitions(log, months)
    parts = _parts(starts, interactions)
    took: dict[str, float] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute("SET work_mem = '256MB'")
        _timed(took, "customers", lambda: cursor.execute(sql.SQL(CUSTOMERS).format(**parts)))
        _make_shapes(cursor)
        for name, statement, count in (
            ("interactions", INTERACTIONS, interactions),
            ("decision_traces", TRACES, interactions // 10),
            ("runs", RUNS, interactions // 10),
        ):
            for first, last in _chunks(count):
                chunk = _numbers(count, first, last)
                insert = sql.SQL(statement).format(**parts, **chunk)
                _timed(took, name, partial(_insert, insert))
                told(f"{name}: {last + 1:,} of {count:,} in {took[name]:.0f} s")
        _timed(took, "attributions", lambda: _insert(sql.SQL(ATTRIBUTIONS).format()))
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET work_mem")
    return took


def add_tail(interactions: int, tail: int) -> None:
    """More rows, of the last minutes, which no summary covers yet."""
    parts = _parts(datetime.now(UTC) - timedelta(minutes=20), interactions) | {
        "days": sql.Literal(19 / 24 / 60),
        # Event ids go on where those of the log, and of earlier tails, end.
        "offset": sql.Literal(Interaction.objects.aggregate(last=Max("id"))["last"]),
    }
    with connection.cursor() as cursor:
        _make_shapes(cursor)
        for statement, count in ((INTERACTIONS, tail), (TRACES, tail // 10), (RUNS, tail // 10)):
            _insert(sql.SQL(statement).format(**parts, **_numbers(count, 0, count - 1)))
        cursor.execute("ANALYZE decisions_interaction, decisions_decisiontrace, decisions_run")


def _insert(statement: sql.Composable) -> None:
    """As ingestion does: the rows are good, and their identities are stored beside them."""
    with ingesting(), connection.cursor() as cursor:
        cursor.execute(statement)


def _parts(starts: datetime, interactions: int) -> dict[str, sql.Composable]:
    lists = [sql.Identifier(name) for name in DecisionTraceRow.columns[8:]]
    return {
        "moment": sql.SQL(MOMENT).format(start=sql.Literal(starts.isoformat())),
        "lists": sql.SQL(", ").join(lists),
        "days": sql.Literal(DAYS),
        "offset": sql.Literal(0),
        "customers": sql.Literal(interactions // 20),
        "offers": sql.Literal(OFFERS),
        "flows": sql.Literal(FLOWS),
        "shapes": sql.Literal(SHAPES),
        "regions": sql.Literal(REGIONS),
        "tiers": sql.Literal(TIERS),
    }


def _numbers(total: int, first: int, last: int) -> dict[str, sql.Composable]:
    """Which of how many rows."""
    return {
        "total": sql.Literal(total),
        "first": sql.Literal(first),
        "last": sql.Literal(last),
    }


def _chunks(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, CHUNK):
        yield first, min(first + CHUNK, count) - 1


def _timed(took: dict[str, float], name: str, work: Callable[[], object]) -> None:
    started = perf_counter()
    work()
    took[name] = took.get(name, 0) + perf_counter() - started


def _make_shapes(cursor: Any) -> None:
    """Decisions as the product's ingestion would store them, numbered."""
    lists = sql.SQL(", ").join(map(sql.Identifier, DecisionTraceRow.columns[8:]))
    cursor.execute("DROP TABLE IF EXISTS benchmark_shape")
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE benchmark_shape AS "
            "SELECT 0 AS number, {} FROM decisions_decisiontrace LIMIT 0"
        ).format(lists)
    )
    statement = sql.SQL("COPY benchmark_shape (number, {}) FROM STDIN").format(lists)
    context, draw = Context(), random.Random(1)  # noqa: S311 - the same decisions each time
    # Made first: reading a row looks ids up, which cannot be done amid a COPY.
    rows = [msgspec.convert(_decision(draw), DecisionTraceRow) for _ in range(SHAPES)]
    lines = ["\t".join((str(number), *row.record(context)[8:])) for number, row in enumerate(rows)]
    with cursor.copy(statement) as copy:
        copy.write("\n".join(lines) + "\n")
    cursor.execute("ANALYZE benchmark_shape")


def _decision(draw: random.Random) -> dict[str, Any]:
    """20 candidates: most qualify, some are blocked, the rest are scored, three are selected."""
    numbers: dict[int, None] = {}
    while len(numbers) < CANDIDATES:
        numbers[int(OFFERS * draw.random() ** 2)] = None
    policies = sorted(POLICY_TYPES)
    qualified: list[dict[str, Any]] = []
    limited: list[dict[str, Any]] = []
    scored: list[dict[str, Any]] = []
    for number in numbers:
        offer = f"offer_{number:03}"
        rule = f"qualificationrule_{draw.randrange(RULES):02}"
        passed = draw.random() < 0.8
        qualified.append({"offerId": offer, "ruleId": rule, "passed": passed})
        blocked = draw.random() < 0.2
        if passed and draw.random() < 0.5:
            policy = f"policy_{draw.choice(policies)}"
            limited.append({"offerId": offer, "policyId": policy, "blocked": blocked})
        if passed and not (limited and limited[-1]["offerId"] == offer and blocked):
            score = round(draw.random() * (1 - number / (2 * OFFERS)), 6)
            scored.append({"offerId": offer, "score": score})
    best = sorted(scored, key=lambda entry: entry["score"], reverse=True)[:3]
    return {
        "id": "shape",
        "customerId": "customer",
        "channelId": "channel_web",
        "decisionFlowId": "decisionflow_00",
        "createdAt": "2026-01-01T00:00:00Z",
        "qualificationResults": qualified,
        "contactPolicyResults": limited,
        "scoringResults": scored,
        "selectedOffers": [
            {"offerId": entry["offerId"], "rank": rank} for rank, entry in enumerate(best, start=1)
        ],
    }
